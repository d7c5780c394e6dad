/** Asks Dawn (npm `webgpu`) for an adapter, as the GPU tests will. Exit code 1 where there is none. */
import { existsSync } from 'node:fs';

const lavapipe = '/usr/share/vulkan/icd.d/lvp_icd.json';
if (!process.env.VK_DRIVER_FILES && existsSync(lavapipe)) process.env.VK_DRIVER_FILES = lavapipe;
const { create } = await import('webgpu');
const gpu = create([]);
const adapter = await gpu.requestAdapter();
if (adapter) console.log(`gpu: ${adapter.info.description || adapter.info.vendor}`);
else if (process.argv.includes('--explain')) {
  console.error(
    'gpu: no WebGPU adapter in Node. The GPU tests need a Vulkan driver that Dawn accepts: a real GPU, or Mesa >= 25 ' +
      '(Debian 12: mesa-vulkan-drivers from bookworm-backports). Install one, or point VK_DRIVER_FILES at its .json file.',
  );
}
process.exit(adapter ? 0 : 1);
