import type { EmbedTokensOptions } from './index';

export interface EmbedTokensTensors {
  readonly context: ArrayLike<number>;
  readonly codes: ArrayLike<number>;
  readonly contextTable: ArrayLike<number>;
  readonly tables: readonly ArrayLike<number>[];
  readonly positions: ArrayLike<number>;
}

/** [samples, contextLength + codes, width]; NaN rows for indices outside their table. */
export function embedTokensReference(options: EmbedTokensOptions, tensors: EmbedTokensTensors): Float64Array {
  const { samples, width, contextLength, contextRows, grids, shift } = options;
  const codes = grids.reduce((sum, { count }) => sum + count, 0);
  const sequence = contextLength + codes;
  const first = grids[0] ?? { count: 0, rows: 0 };
  const out = new Float64Array(samples * sequence * width);
  const row = (table: ArrayLike<number> | undefined, rows: number, index: number, i: number) =>
    index >= 0 && index < rows ? (table?.[index * width + i] ?? NaN) : NaN;
  for (let sample = 0; sample < samples; sample++)
    for (let token = 0; token < sequence; token++)
      for (let i = 0; i < width; i++) {
        let value: number;
        const code = token - contextLength - Number(shift);
        const grid = code < first.count ? 0 : 1;
        if (token < contextLength)
          value = row(tensors.contextTable, contextRows, tensors.context[sample * contextLength + token] ?? NaN, i);
        else if (code < 0) value = row(tensors.tables[0], first.rows, first.rows - 1, i);
        else value = row(tensors.tables[grid], grids[grid]?.rows ?? 0, tensors.codes[sample * codes + code] ?? NaN, i);
        out[(sample * sequence + token) * width + i] = value + (tensors.positions[token * width + i] ?? NaN);
      }
  return out;
}
