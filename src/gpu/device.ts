/**
 * Adapter and device. We own the device (tfjs is put on it later), so that we choose features and limits.
 * The only user of `navigator.gpu`.
 */
import type { Target } from './plan';

/**
 * Features that some kernel can use; asked for where the adapter has them. (As plain strings first: tfjs brings
 * older WebGPU types along, which do not know every name.)
 */
const WANTED_FEATURES = [
  'shader-f16',
  'subgroups',
  'timestamp-query',
] as readonly string[] as readonly GPUFeatureName[];

/** Limits taken to the adapter's maximum. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

export interface GpuContext {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** Human name of the adapter. */
  readonly name: string;
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<(typeof WANTED_LIMITS)[number], number>>;
  /** A CPU pretending to be a GPU. */
  readonly isSoftware: boolean;
  /** What kernels may know of the machine. */
  readonly target: Target;
  /** Resolves (never rejects) when the device is gone; `reason` is 'destroyed' when we did it ourselves. */
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  /** Errors outside every error scope. The first is kept and told to listeners that come late. Returns the unsubscriber. */
  onError(listener: (message: string) => void): () => void;
}

/** No adapter: the message says what the visitor can do. */
export class NoAdapterError extends Error {
  override name = 'NoAdapterError';
}

/** `navigator.gpu` of a page or a worker; null where the browser has no WebGPU. */
export function browserGpu(): GPU | null {
  return (globalThis.navigator as { gpu?: GPU } | undefined)?.gpu ?? null;
}

/** True for adapters that run on the CPU, by their flag or by their names. */
export function isSoftwareAdapter(info: Partial<GPUAdapterInfo>): boolean {
  const words = [info.vendor, info.architecture, info.device, info.description].join(' ');
  return info.isFallbackAdapter === true || /swiftshader|llvmpipe|lavapipe|basic render/i.test(words);
}

/**
 * Opens the device with every feature and limit that the kernels can use.
 * @throws NoAdapterError where there is no WebGPU or no adapter.
 */
export async function createDevice(
  gpu: GPU | null,
  options: { powerPreference?: GPUPowerPreference } = {},
): Promise<GpuContext> {
  if (!gpu)
    throw new NoAdapterError(
      'This browser has no WebGPU. Use Chrome or Edge 121+, Safari 26+ or Firefox 141+, on https or localhost.',
    );
  const { powerPreference = 'high-performance' } = options;
  const adapter = await gpu.requestAdapter({ powerPreference });
  if (!adapter)
    throw new NoAdapterError(
      'WebGPU is there, but found no graphics adapter. Turn on hardware acceleration in the browser, or update the driver.',
    );
  const device = await adapter.requestDevice({
    label: 'tessera',
    requiredFeatures: WANTED_FEATURES.filter((feature) => adapter.features.has(feature)),
    requiredLimits: Object.fromEntries(WANTED_LIMITS.map((limit) => [limit, adapter.limits[limit]])),
  });
  return describe(device, adapter.info);
}

function describe(device: GPUDevice, info: GPUAdapterInfo): GpuContext {
  const isSoftware = isSoftwareAdapter(info);
  const features: ReadonlySet<string> = new Set(device.features);
  const limits = Object.fromEntries(WANTED_LIMITS.map((name) => [name, device.limits[name]])) as GpuContext['limits'];
  return {
    device,
    info,
    name: info.description || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unknown adapter',
    features,
    limits,
    isSoftware,
    target: { isSoftware, features, limits },
    lost: device.lost.then(({ reason, message }) => ({ reason: String(reason), message })),
    onError: errorHub(device),
  };
}

function errorHub(device: GPUDevice): GpuContext['onError'] {
  const listeners = new Set<(message: string) => void>();
  let first: string | null = null;
  device.addEventListener('uncapturederror', (event) => {
    const { message } = event.error;
    first ??= message;
    for (const listener of listeners) listener(message);
  });
  return (listener) => {
    listeners.add(listener);
    if (first !== null) listener(first);
    return () => void listeners.delete(listener);
  };
}
