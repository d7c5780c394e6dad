/** Draws the last reconstruction on a canvas that the page handed over: by a render pass where the pixels lie on the GPU. */
import { configureCanvas, createPresenter, type Presenter } from '../gpu/present';
import type { VqvaeRuntime } from '../models/vqvae/runtime';
import type { Backend } from './backend';
import type { Picture } from './types';

const FORMAT: GPUTextureFormat = 'rgba8unorm';

export class CanvasPainter {
  private canvas: OffscreenCanvas | null = null;
  private presenter: { device: GPUDevice; made: Promise<Presenter> } | null = null;

  /** Takes the canvas over; a canvas handed over before is left as it is. */
  attach(canvas: OffscreenCanvas): void {
    this.canvas = canvas;
    this.presenter = null;
  }

  /** Shows `image`. `shown` is the network that still holds these pixels on the GPU; without it they are uploaded. */
  async paint(backend: Backend, image: Picture, shown: VqvaeRuntime | null): Promise<void> {
    const { canvas } = this;
    if (!canvas) return;
    canvas.width = image.width;
    canvas.height = image.height;
    const pixels = shown?.pixelsBuffer ?? null;
    if (backend.kind !== 'webgpu' || !pixels || shown?.width !== image.width || shown.height !== image.height) {
      // A canvas that has shown WebGPU gives no 2-D context any more: then the page's own copy is all there is.
      canvas.getContext('2d')?.putImageData(new ImageData(image.data, image.width, image.height), 0, 0);
      return;
    }
    const { device } = backend.context;
    if (this.presenter?.device !== device) this.presenter = { device, made: createPresenter(device, FORMAT) };
    const context = configureCanvas(device, canvas, FORMAT);
    (await this.presenter.made).draw(pixels, image.width, image.height, context.getCurrentTexture());
  }
}
