/** The learnt network as a `Denoiser`: the samplers take it in place of the exact one. It has only what the state shows. */
import type { Denoiser, Span } from '../../diffusion/run';
import type { TileTrainer } from '../../tfjs/tiles/open';

export class LearntDenoiser implements Denoiser {
  constructor(
    private readonly network: Pick<TileTrainer, 'evaluate'>,
    readonly batch: number,
    readonly length: number,
  ) {}

  /** It knows no prompt: guidance changes nothing. */
  async evaluate(
    codes: Int32Array<ArrayBuffer>,
    t: number,
    { first, count, codebookSize: K }: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }> {
    const { batch, length } = this;
    const all = await this.network.evaluate(codes, new Float32Array(batch).fill(t));
    if (count === length) return { conditional: all, unconditional: guided ? all : null };
    const out = new Float32Array(batch * count * K);
    for (let sample = 0; sample < batch; sample++) {
      const from = (sample * length + first) * K;
      out.set(all.subarray(from, from + count * K), sample * count * K);
    }
    return { conditional: out, unconditional: guided ? out : null };
  }
}
