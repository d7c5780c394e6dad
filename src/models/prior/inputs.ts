/** What a prior is asked, and what it refuses before a GPU sees it: there, a wrong index would give NaN. */
import { ModelError } from '../errors';
import { codeCount, gridSize, maskId, usesMask, type PriorConfig } from './config';

/** Of all samples, one after the other. */
export interface PriorInputs {
  /** [batch, N]: grids one after the other; maskId where the process masks. Autoregressive: the true tokens; what comes later is not looked at. */
  readonly codes?: ArrayLike<number>;
  /** Gaussian only: x_t [batch, N, latentDim], normalised. */
  readonly latents?: ArrayLike<number>;
  /** [batch, C]: `Vocabulary.tokenize`; zeros for unconditional. */
  readonly context: ArrayLike<number>;
  /** [batch], 0..numTimesteps. Autoregressive: taken as 0. */
  readonly t: ArrayLike<number>;
}

/** @throws ModelError 'input' that names the first wrong place, what was needed and what was found */
export function checkInputs(config: PriorConfig, vocabularySize: number, batch: number, inputs: PriorInputs): void {
  const { process, contextLength, latentDim = 0 } = config;
  const count = codeCount(config);
  const { codes, latents, context, t } = inputs;
  if (process.kind === 'gaussian') checkLength('latents', latents, batch, count * latentDim);
  else {
    checkLength('codes', codes, batch, count);
    checkCodes(config, codes ?? [], count);
  }
  checkLength('context', context, batch, contextLength);
  for (let i = 0; i < context.length; i++) {
    const id = context[i] ?? NaN;
    if (!(Number.isInteger(id) && id >= 0 && id < vocabularySize))
      throw new ModelError(
        'input',
        `context: ${id} at place ${i % contextLength} of sample ${Math.floor(i / contextLength)}, the vocabulary has 0..${vocabularySize - 1}.`,
      );
  }
  checkLength('t', t, batch, 1);
  if (process.kind === 'autoregressive') return;
  for (let i = 0; i < t.length; i++)
    if (!((t[i] ?? NaN) >= 0 && (t[i] ?? NaN) <= process.numTimesteps))
      throw new ModelError('input', `t: ${t[i]} for sample ${i}, the process has 0..${process.numTimesteps}.`);
}

function checkLength(name: string, values: ArrayLike<number> | undefined, batch: number, each: number): void {
  if (!values) throw new ModelError('input', `${name}: needed by this process, found none.`);
  if (values.length !== batch * each)
    throw new ModelError(
      'input',
      `${name}: ${batch} sample(s) of ${each} are ${batch * each} values, found ${values.length}.`,
    );
}

function checkCodes({ grids, process }: PriorConfig, codes: ArrayLike<number>, count: number): void {
  const masked = usesMask(process);
  let start = 0;
  for (const grid of grids) {
    const size = gridSize(grid);
    const last = masked ? maskId(grid) : maskId(grid) - 1;
    for (let sample = 0; sample < codes.length / count; sample++)
      for (let i = 0; i < size; i++) {
        const code = codes[sample * count + start + i] ?? NaN;
        if (Number.isInteger(code) && code >= 0 && code <= last) continue;
        const known = masked ? `0..${last - 1} and [MASK] = ${last}` : `0..${last}`;
        throw new ModelError(
          'input',
          `codes: ${code} at row ${Math.floor(i / grid.width)}, column ${i % grid.width} of grid "${grid.name}", sample ${sample}; ${process.kind} knows ${known}.`,
        );
      }
    start += size;
  }
}
