import { expect, it } from 'vitest';
import { readBuffer, uploadStorage } from './buffers';
import { withErrorScopes } from './errorScopes';
import { createPresenter } from './present';
import { testDevice } from './testing/device';

it('draws the pixels as they are, enlarged without smoothing', async () => {
  const { device } = await testDevice();
  const source = Uint32Array.of(0xff0000ff, 0x8000ff00, 0x00ff0000, 0xff102030);
  const row = 256;
  const shown = await withErrorScopes(device, async () => {
    const presenter = await createPresenter(device, 'rgba8unorm');
    const target = device.createTexture({
      size: [4, 6],
      format: 'rgba8unorm',
      usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
    });
    const pixels = uploadStorage(device, 'pixels', source);
    const copy = device.createBuffer({ size: 6 * row, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC });
    presenter.draw(pixels, 2, 2, target);
    const encoder = device.createCommandEncoder();
    encoder.copyTextureToBuffer({ texture: target }, { buffer: copy, bytesPerRow: row }, [4, 6]);
    device.queue.submit([encoder.finish()]);
    const words = new Uint32Array(await readBuffer(device, copy));
    presenter.destroy();
    target.destroy();
    return words;
  });
  for (let y = 0; y < 6; y++)
    for (let x = 0; x < 4; x++) {
      const expected = (source[(y < 3 ? 0 : 2) + (x < 2 ? 0 : 1)] ?? 0) | 0xff000000;
      expect(shown[(y * row) / 4 + x]).toBe(expected >>> 0);
    }
});
