/** The product's name and mark. */
export function Wordmark() {
  return (
    <span className="flex items-center gap-2.5">
      <svg viewBox="0 0 32 32" aria-hidden="true" className="size-7">
        <rect width="32" height="32" rx="7" fill="#1f4a3b" />
        <path
          d="M10 7.500h7.200c3.300 0 5.300 1.700 5.300 4.300 0 1.900-1 3.200-2.800 3.800 2.300.5 3.600 2 3.600 4.200 0 2.900-2.200 4.700-5.800 4.700H10z"
          fill="none"
          stroke="#eaf2ee"
          strokeWidth="2.200"
          strokeLinejoin="round"
        />
        <path d="M7 15.700h12.500" stroke="#62c79e" strokeWidth="2.200" strokeLinecap="round" />
      </svg>
      <span className="font-display text-xl font-semibold tracking-[-0.01em]">Bursar</span>
    </span>
  );
}
