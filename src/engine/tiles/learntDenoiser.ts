/** The learnt network as a `Denoiser`: the samplers take it in place of the exact one. It has only what the state shows. */
import type { Denoiser, Span } from '../../diffusion/run';
import type { TileTrainer } from '../../tfjs/tiles/open';
import { rowsOf } from '../sampling/hostMachine';

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
    span: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }> {
    const { batch, length } = this;
    const all = await this.network.evaluate(codes, new Float32Array(batch).fill(t));
    const conditional = rowsOf(all, { ...span, first: 0, count: length }, span, 0, batch);
    return { conditional, unconditional: guided ? conditional : null };
  }
}
