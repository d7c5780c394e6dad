import type { ModelSummary } from '../engine/types';
import type { PickerModel } from '../ui/ModelPicker';

/** "8941 pictures" out of the record's "8941 pictures, sha256 of all pixels 4619…"; empty where there is no record. */
export function dataOf({ training }: Pick<ModelSummary, 'training'>): string {
  const { data } = training as { readonly data?: unknown };
  return typeof data === 'string' ? (data.split(/,? sha256/)[0] ?? '') : '';
}

/** The scores by which models of one family are compared. */
function mainScores({ metrics }: ModelSummary): string[] {
  const { psnr, ssim, bitsPerToken } = metrics;
  return [
    ...(psnr === undefined ? [] : [`${psnr.toFixed(2)} dB`]),
    ...(ssim === undefined ? [] : [`SSIM ${ssim.toFixed(3)}`]),
    ...(bitsPerToken === undefined ? [] : [`${bitsPerToken.toFixed(2)} bits per token`]),
  ];
}

/** A model as the picker shows it. */
export const pickerModel = (model: ModelSummary): PickerModel => ({
  id: model.id,
  title: model.title,
  sizeBytes: model.sizeBytes,
  data: dataOf(model),
  scores: mainScores(model),
  licence: model.licence,
  local: model.local ?? false,
});
