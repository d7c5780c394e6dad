/** States of a run as pictures, through the tokenizer that the prior speaks of. */
import { likelyX0, meanCode, spansOf, withStandIn, type Opinion, type StandIn } from '../../diffusion/layout';
import type { Picture } from '../../image/types';
import { codeCount, type PriorConfig } from '../../models/prior/config';
import type { CodeGrid } from '../../models/types';
import { breathe } from '../calls';
import type { RunControl } from '../runs';
import type { MachineState } from './machine';
import type { DrawState } from './sample';

interface Painting {
  /** One entry per sample. */
  readonly grids: CodeGrid[][];
  readonly images: Picture[];
}

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
    this.means = spansOf(config.grids).map(({ codebookSize }, g) => meanCode(codebook(g), codebookSize));
  }

  /** The samples of a state with the stand-in where [MASK] is left. */
  paint(state: MachineState, control: RunControl): Promise<Painting> {
    const { grids } = this.config;
    return this.each(state, control, (codes, opinion) => withStandIn(codes, opinion, this.standIn, this.means, grids));
  }

  readonly draw: DrawState = async (frame, { signal }) => {
    const { grids, process } = this.config;
    const { images: pictures } = await this.paint(frame, { signal });
    const { images: x0Pictures } = await this.each(frame, { signal }, (codes, opinion) =>
      // A gaussian prior speaks of all places at once, with no probabilities; before the first step it has said nothing.
      process.kind === 'gaussian' && frame.step ? opinion.best : likelyX0(codes, opinion, this.means, grids),
    );
    return { pictures, x0Pictures };
  };

  /** @param codesOf one sample's codes [N], without [MASK] */
  private async each(
    { codes, best, confidence }: MachineState,
    { signal, report }: RunControl,
    codesOf: (codes: Int32Array, opinion: Opinion) => Int32Array,
  ): Promise<Painting> {
    const length = codeCount(this.config);
    const batch = codes.length / length;
    const painting: Painting = { grids: [], images: [] };
    for (let sample = 0; sample < batch; sample++) {
      report?.({ stage: 'decode', fraction: sample / batch, message: `picture ${sample + 1} of ${batch}` });
      await breathe(signal);
      const [from, to] = [sample * length, (sample + 1) * length];
      const opinion = { best: best.subarray(from, to), confidence: confidence.subarray(from, to) };
      const own = this.gridsOf(codesOf(codes.subarray(from, to), opinion));
      painting.grids.push(own);
      painting.images.push(await this.decode(own));
    }
    return painting;
  }

  private gridsOf(codes: Int32Array): CodeGrid[] {
    return spansOf(this.config.grids).map(({ first, count, codebookSize }, g) => {
      const { name = '', height = 0, width = 0 } = this.config.grids[g] ?? {};
      return { name, height, width, codebookSize, indices: Int32Array.from(codes.subarray(first, first + count)) };
    });
  }
}
