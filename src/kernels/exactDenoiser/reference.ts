import type { ExactSet, ExactStep } from '../exactLogWeights';
import { exactLogitStride } from './index';

const LEAST = -70;

/** [samples, step.count, stride], zeros after the last code. */
export function exactDenoiserReference(
  { samples, length, maps: count, codebookSize }: ExactSet,
  step: Pick<ExactStep, 'first' | 'count'>,
  logWeights: ArrayLike<number>,
  maps: ArrayLike<number>,
): Float64Array {
  const stride = exactLogitStride(codebookSize);
  const out = new Float64Array(samples * step.count * stride);
  for (let sample = 0; sample < samples; sample++) {
    const logs = Array.from({ length: count }, (_, map) => logWeights[sample * count + map] ?? NaN);
    const peak = Math.max(...logs);
    const weights = logs.map((log) => Math.exp(log - peak));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    for (let i = 0; i < step.count; i++)
      for (let code = 0; code < codebookSize; code++) {
        const votes = weights.filter((_, map) => maps[map * length + step.first + i] === code);
        const share = votes.reduce((sum, weight) => sum + weight, 0) / total;
        out[(sample * step.count + i) * stride + code] = Math.max(Math.log(share), LEAST);
      }
  }
  return out;
}
