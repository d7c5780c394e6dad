import { defineConfig } from 'vitest/config';
import { wgslLinker } from './build/wgslLinker';

const plugins = [wgslLinker()];

/**
 * unit: plain Node. gpu: Node with Dawn (npm `webgpu`) on any Vulkan driver; src/gpu/testing/setup.ts FAILS the run where
 * there is no adapter. GPU tests are named *.gpu.test.ts.
 */
export default defineConfig({
  plugins,
  test: {
    projects: [
      {
        plugins,
        test: {
          name: 'unit',
          include: ['{src,build,bench}/**/*.test.ts'],
          exclude: ['**/*.gpu.test.ts', 'node_modules/**'],
          environment: 'node',
          testTimeout: 30_000,
        },
      },
      {
        plugins,
        test: {
          name: 'gpu',
          include: ['src/**/*.gpu.test.ts'],
          environment: 'node',
          setupFiles: ['src/gpu/testing/setup.ts'],
          pool: 'forks',
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
          testTimeout: 120_000,
        },
      },
    ],
  },
});
