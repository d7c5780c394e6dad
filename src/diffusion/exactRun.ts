/** Autoregression over the same finite set as exact.ts: the exact p(x_i | x_0 .. x_(i - 1)), one place after the other. */
import { LEAST_LOG } from './distribution';
import { MapVote, type FiniteSet } from './exact';
import { runStep, type Denoiser, type RunOptions, type RunState, type Span } from './run';
import { rasterStep } from './samplers';

/**
 * A perfect autoregressive network in raster order: what stands at `span.first` and after it is not looked at, be it known or not. A code
 * before it that no map has there counts against the maps, LEAST_LOG each; the nearest ones win.
 */
export class ExactAutoregression implements Denoiser {
  readonly length: number;
  private readonly vote: MapVote;

  constructor(
    set: FiniteSet,
    readonly batch: number,
  ) {
    this.length = set.height * set.width;
    this.vote = new MapVote(set);
  }

  /** @param _t there is no noise, hence no time */
  evaluate(
    codes: Int32Array<ArrayBuffer>,
    _t: number,
    span: Span,
    guided: boolean,
  ): Promise<{ conditional: Float32Array; unconditional: Float32Array | null }> {
    const out = this.vote.batch(this.batch, codes, span, { seen: span.first, gain: -LEAST_LOG, prior: null });
    return Promise.resolve({ conditional: out, unconditional: guided ? out : null });
  }
}

/**
 * Draws the span's places one after the other and changes `state` in place. The step that draws place i has number i + 1; the known code of
 * a place is put back as soon as that place has been drawn.
 */
export async function runRaster(
  denoiser: Denoiser,
  state: RunState,
  options: Pick<RunOptions, 'seed' | 'span' | 'schedule' | 'distribution' | 'known'>,
): Promise<void> {
  const { span } = options;
  const { batch, length } = denoiser;
  const part: RunState = {
    codes: state.codes,
    best: new Int32Array(batch),
    confidence: new Float32Array(batch),
    entropy: new Float32Array(batch),
  };
  for (let i = 0; i < span.count; i++) {
    const place = span.first + i;
    const own = { first: place, count: 1, codebookSize: span.codebookSize };
    await runStep(denoiser, rasterStep(place, length), part, { ...options, span: own, order: new Int32Array(1) });
    for (const name of ['best', 'confidence', 'entropy'] as const)
      for (let sample = 0; sample < batch; sample++) state[name][sample * span.count + i] = part[name][sample] ?? 0;
  }
}
