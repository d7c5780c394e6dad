import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { wgslLinker } from './build/wgslLinker';

export default defineConfig({
  // Relative addresses: the built site works from any sub-path of any static host.
  base: './',
  plugins: [wgslLinker(), react()],
  worker: { format: 'es', plugins: () => [wgslLinker()] },
  build: { target: 'es2022', chunkSizeWarningLimit: 1200, assetsInlineLimit: 0 },
  optimizeDeps: { exclude: ['@jsquash/webp', '@jsquash/avif'] },
  server: { port: 5173 },
});
