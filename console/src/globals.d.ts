/** True in `npm run dev`, the preview build and tests; the in-memory platform exists only there. */
declare const __FIXTURES__: boolean;

declare module '*.graphql?raw' {
  const source: string;
  export default source;
}
