// One script, one style sheet and Monaco's workers, under names that stay the same, so that the server can list them.

import { defineConfig } from 'vite';

const named = { entryFileNames: '[name].js', assetFileNames: '[name][extname]' };

export default defineConfig({
  base: '/assets/graphiql/',
  build: {
    outDir: 'dist',
    assetsInlineLimit: 200_000, // fonts and icons go into the style sheet
    chunkSizeWarningLimit: 8_000,
    modulePreload: false,
    license: { fileName: 'licenses.md' },
    rolldownOptions: {
      input: { graphiql: 'index.html' },
      output: { ...named, codeSplitting: false },
    },
  },
  worker: { format: 'es', rolldownOptions: { output: { ...named, codeSplitting: false } } },
});
