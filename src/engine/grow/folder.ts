/** A model folder out of what has grown: what the Models page takes back by drag and drop, and `training/` reads. */
import { sha256, type VqvaeModel } from '../../models/loader';
import { writeSafetensors } from '../../models/safetensors';
import { codebookNames } from '../../models/vqvae/config';
import { expectedTensors } from '../../models/vqvae/facts';
import type { GrownWeights, Growth, ModelFile } from './types';

/** Every tensor in f32; no golden file, since PyTorch has not run it. */
export async function folderOf(model: VqvaeModel, grown: GrownWeights, growth: Growth): Promise<ModelFile[]> {
  const { golden: _, ...manifest } = model.manifest;
  const [codebook = ''] = codebookNames(manifest.config);
  const tensors = [...expectedTensors(manifest.config)].map(([name, shape]) => {
    const data = name === codebook ? grown.rows : (grown.tensors[name] ?? model.weights.get(name).data);
    return { name, shape, data };
  });
  const file = writeSafetensors(Object.fromEntries(tensors.map(({ name, shape, data }) => [name, { shape, data }])));
  const { steps, size, before, curve, pictures, heldOut, decoder } = growth;
  const after = curve.findLast(({ score }) => score !== null)?.score ?? before;
  const described = {
    ...manifest,
    id: `${manifest.id.replace(/-grown$/, '')}-grown`,
    title: `${manifest.title.replace(/, grown$/, '')}, grown`,
    weights: { file: 'model.safetensors', sizeBytes: file.byteLength, sha256: await sha256(file) },
    tensors: tensors.map(({ name, shape }) => ({ name, shape, dtype: 'F32' as const })),
    training: {
      ...manifest.training,
      // The model's own scores are no longer this one's.
      metrics: { psnr: after.psnr },
      grown: {
        ...{ from: manifest.id, steps, codes: size, decoder, pictures, heldOut },
        ...{ pictureErrorBefore: before.pictureError, pictureErrorAfter: after.pictureError },
      },
    },
  };
  const json = `${JSON.stringify(described, null, 2)}\n`;
  return [
    { name: 'manifest.json', blob: new Blob([json], { type: 'application/json' }) },
    { name: 'model.safetensors', blob: new Blob([file], { type: 'application/octet-stream' }) },
  ];
}
