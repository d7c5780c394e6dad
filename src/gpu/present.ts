/** Shows a `pixels` buffer on a canvas by a render pass: no readback. */
import presentShader from '../../shaders/present.wgsl';
import { createUniform } from './buffers';

export interface Presenter {
  /** Draws `pixels` ([height, width] packed RGBA8) over the whole of `target`. Submits. */
  draw(pixels: GPUBuffer, width: number, height: number, target: GPUTexture): void;
  destroy(): void;
}

/** A presenter for targets of this format (of a canvas: `navigator.gpu.getPreferredCanvasFormat()`). */
export async function createPresenter(device: GPUDevice, format: GPUTextureFormat): Promise<Presenter> {
  const module = device.createShaderModule({ label: presentShader.name, code: presentShader.variants.f32 ?? '' });
  const layout = device.createBindGroupLayout({
    label: 'present',
    entries: [
      { binding: 0, visibility: GPUShaderStage.FRAGMENT, buffer: { type: 'read-only-storage' } },
      { binding: 1, visibility: GPUShaderStage.FRAGMENT, buffer: { type: 'uniform' } },
    ],
  });
  const pipeline = await device.createRenderPipelineAsync({
    label: 'present',
    layout: device.createPipelineLayout({ label: 'present', bindGroupLayouts: [layout] }),
    vertex: { module, entryPoint: 'vertex' },
    fragment: { module, entryPoint: 'fragment', targets: [{ format }] },
  });
  const params = createUniform(device, 'present params', new ArrayBuffer(16));
  return {
    draw(pixels, width, height, target) {
      device.queue.writeBuffer(params, 0, Uint32Array.of(width, height, target.width, target.height));
      const entries = [pixels, params].map((buffer, binding) => ({ binding, resource: { buffer } }));
      const encoder = device.createCommandEncoder({ label: 'present' });
      const pass = encoder.beginRenderPass({
        label: 'present',
        colorAttachments: [{ view: target.createView(), loadOp: 'clear', storeOp: 'store' }],
      });
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, device.createBindGroup({ label: 'present', layout, entries }));
      pass.draw(3);
      pass.end();
      device.queue.submit([encoder.finish()]);
    },
    destroy: () => params.destroy(),
  };
}

/** Puts a canvas on the device. @throws Error where the canvas already has another kind of context. */
export function configureCanvas(
  device: GPUDevice,
  canvas: OffscreenCanvas,
  format: GPUTextureFormat,
): GPUCanvasContext {
  const context = canvas.getContext('webgpu');
  if (!context) throw new Error('the canvas gives no WebGPU context: it already has one of another kind');
  context.configure({ device, format, alphaMode: 'opaque' });
  return context;
}
