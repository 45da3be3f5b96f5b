// Runs before the first paint so that a dark window never flashes white. A file of its own because the policy forbids inline scripts.
(() => {
  let choice = 'system';
  try {
    choice = localStorage.getItem('bursar.theme') ?? 'system';
  } catch {
    // Storage can be switched off; the system's theme is the answer then.
  }
  const dark = choice === 'dark' || (choice !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = dark ? 'dark' : 'light';
})();
