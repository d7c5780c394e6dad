/** One shared device for each test file. */
import { create, globals } from 'webgpu';
import { createDevice, type GpuContext } from '../device';

// Dawn crashes when the garbage collector takes the GPU object while its devices live: this reference keeps it.
let gpu: GPU | null = null;
let context: Promise<GpuContext> | null = null;

/** Dawn's `GPU`; puts GPUBufferUsage and the like on globalThis. */
export function openTestGpu(): GPU {
  if (!gpu) {
    Object.assign(globalThis, globals);
    gpu = create([]);
  }
  return gpu;
}

/** The test file's device; errors outside error scopes fail the process loudly. */
export function testDevice(): Promise<GpuContext> {
  context ??= createDevice(openTestGpu()).then((made) => {
    made.onError((message) => {
      throw new Error(`uncaptured GPU error: ${message}`);
    });
    return made;
  });
  return context;
}

/** Destroys the shared device; called after each test file. */
export async function releaseTestDevice(): Promise<void> {
  if (context) (await context).device.destroy();
  context = null;
}
