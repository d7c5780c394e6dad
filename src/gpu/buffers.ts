/** Labelled buffers, uploads and readbacks. Sizes are rounded up to the 4 bytes that WebGPU asks for. */

type Bytes = ArrayBuffer | ArrayBufferView<ArrayBuffer>;

const ceil4 = (bytes: number): number => Math.max(4, (bytes + 3) & ~3);

/** A storage buffer that can be copied from and to, filled with zeros. */
export function createStorage(device: GPUDevice, label: string, sizeBytes: number, extraUsage = 0): GPUBuffer {
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST | extraUsage;
  return device.createBuffer({ label, size: ceil4(sizeBytes), usage });
}

/** A uniform buffer; with `data` it is filled at once. */
export function createUniform(device: GPUDevice, label: string, data: ArrayBuffer): GPUBuffer {
  const usage = GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label, size: Math.max(16, ceil4(data.byteLength)), usage });
  writeBuffer(device, buffer, data);
  return buffer;
}

/** A storage buffer with these bytes. */
export function uploadStorage(device: GPUDevice, label: string, data: Bytes): GPUBuffer {
  const buffer = createStorage(device, label, data.byteLength);
  writeBuffer(device, buffer, data);
  return buffer;
}

/** `queue.writeBuffer` for any number of bytes: an odd tail is padded with zeros. */
export function writeBuffer(device: GPUDevice, buffer: GPUBuffer, data: Bytes, offset = 0): void {
  const bytes = ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
  const whole = bytes.byteLength & ~3;
  if (whole) device.queue.writeBuffer(buffer, offset, bytes, 0, whole);
  if (whole === bytes.byteLength) return;
  const tail = new Uint8Array(4);
  tail.set(bytes.subarray(whole));
  device.queue.writeBuffer(buffer, offset + whole, tail);
}

/**
 * Copies `sizeBytes` of a buffer back, after everything submitted so far.
 * Waits for the GPU: use it at the end of a run, never inside.
 */
export async function readBuffer(
  device: GPUDevice,
  buffer: GPUBuffer,
  sizeBytes = buffer.size,
  offset = 0,
): Promise<ArrayBuffer> {
  const size = ceil4(sizeBytes);
  const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
  const staging = device.createBuffer({ label: `${buffer.label} (readback)`, size, usage });
  try {
    const encoder = device.createCommandEncoder({ label: 'readback' });
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    return staging.getMappedRange().slice(0, sizeBytes);
  } finally {
    staging.destroy();
  }
}
