import { readFileSync } from 'node:fs';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { wgslLinker } from './build/wgslLinker';

/** The pictures and weights that the page ships want their authors named beside them. */
const credits: Plugin = {
  name: 'credits',
  apply: 'build',
  generateBundle() {
    this.emitFile({ type: 'asset', fileName: 'CREDITS.md', source: readFileSync('CREDITS.md') });
  },
};

export default defineConfig({
  // Relative addresses: the built site works from any sub-path of any static host.
  base: './',
  plugins: [wgslLinker(), react(), credits],
  worker: { format: 'es', plugins: () => [wgslLinker()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
  // What a worker first needs when somebody presses a button would be optimised then, and the page reloaded.
  optimizeDeps: {
    exclude: ['@jsquash/webp', '@jsquash/avif', '@jsquash/png'],
    include: ['@tensorflow/tfjs-core/dist/register_all_gradients', 'umap-js'],
  },
  server: { port: 5173 },
});
