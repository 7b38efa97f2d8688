import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

// What the gateway serves at /: names change with the content, and nothing stands in the page itself, as its
// Content-Security-Policy wants it.
export default defineConfig({
  base: '/',
  publicDir: false,
  resolve: {
    alias: { '@propago/sample-clip': fileURLToPath(new URL('../../libs/sample-clip/src/index.ts', import.meta.url)) },
  },
  build: {
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    rolldownOptions: { output: { manualChunks: undefined } },
  },
});
