/** States of a run as pictures, through the tokenizer that the prior speaks of. */
import type { Picture } from '../../image/types';
import { codeCount, type PriorConfig } from '../../models/prior/config';
import type { CodeGrid } from '../../models/types';
import { breathe } from '../calls';
import type { RunControl } from '../runs';
import { spansOf } from './program';
import type { DrawState } from './sample';
import { gridsOf, meanCode } from './standIn';
import type { SampleFrame, StandIn } from './types';

export class Painter {
  /** `meanCode` of every grid. */
  private readonly means: readonly number[];

  /** @param decode takes grids without [MASK]. @param codebook of a grid, [K, d] */
  constructor(
    private readonly config: PriorConfig,
    private readonly decode: (grids: readonly CodeGrid[]) => Promise<Picture>,
    private readonly standIn: StandIn,
    codebook: (grid: number) => Float32Array,
  ) {
    this.means = spansOf(config).map(({ codebookSize }, g) => meanCode(codebook(g), codebookSize));
  }

  /** The samples of a state, as grids and pictures. @param state codes and best [batch, N] */
  async paint(
    { codes, best }: Pick<SampleFrame, 'codes' | 'best'>,
    batch: number,
    { signal, report }: RunControl,
    standIn = this.standIn,
  ): Promise<{ grids: CodeGrid[][]; images: Picture[] }> {
    const length = codeCount(this.config);
    const grids: CodeGrid[][] = [];
    const images: Picture[] = [];
    for (let sample = 0; sample < batch; sample++) {
      report?.({ stage: 'decode', fraction: sample / batch, message: `picture ${sample + 1} of ${batch}` });
      await breathe(signal);
      const part = (all: Int32Array) => all.subarray(sample * length, (sample + 1) * length);
      const own = gridsOf(this.config, part(codes), part(best), standIn, this.means);
      grids.push(own);
      images.push(await this.decode(own));
    }
    return { grids, images };
  }

  readonly draw: DrawState = async (frame, { signal }) => {
    const batch = frame.codes.length / codeCount(this.config);
    // Before the first step nobody has an opinion: then only the mean code is honest.
    const standIn = frame.step ? this.standIn : 'mean';
    const { images: pictures } = await this.paint(frame, batch, { signal }, standIn);
    const opinion = frame.step ? { codes: frame.best, best: frame.best } : frame;
    const { images: x0Pictures } = await this.paint(opinion, batch, { signal }, standIn);
    return { pictures, x0Pictures };
  };
}
