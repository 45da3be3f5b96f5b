/** `npm run test:ui`: the built preview in a real browser, every screen looked at by axe and by camera. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['test/ui/**/*.ui.ts'],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    fileParallelism: false,
  },
});
