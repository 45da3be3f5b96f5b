/** One build for the desktop shell, one for the browser preview (mode `fixtures`), which runs on an in-memory platform. */
import { fileURLToPath } from 'node:url';
import tailwindcss from '@tailwindcss/vite';
import { tanstackRouter } from '@tanstack/router-plugin/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The policy that the window runs under; the preview serves it too, so that the UI test notices a breach. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "script-src 'self'",
  "style-src 'self'",
  "font-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
].join('; ');

export default defineConfig(({ command, mode }) => ({
  plugins: [
    tanstackRouter({ target: 'react', autoCodeSplitting: true, generatedRouteTree: './src/route-tree.gen.ts' }),
    react(),
    tailwindcss(),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  define: {
    // A constant, so that the in-memory platform is cut out of the shipped bundle altogether.
    __FIXTURES__: JSON.stringify(mode === 'fixtures' || (command === 'serve' && !process.env.TAURI_ENV_PLATFORM)),
  },
  clearScreen: false,
  server: { host: '127.0.0.1', port: 5173, strictPort: true, fs: { allow: ['..'] } },
  preview: { host: '127.0.0.1', headers: { 'Content-Security-Policy': CONTENT_SECURITY_POLICY } },
  build: {
    // Beside the shipped folder, never inside it: the shell embeds all of dist.
    outDir: mode === 'fixtures' ? 'artifacts/preview' : 'dist',
    target: 'safari16.4',
    chunkSizeWarningLimit: 700,
    assetsInlineLimit: 0,
  },
}));
