/** Tables, and tables as files. Pure. */
import { usageOfGrid } from '../../codebook/counts';
import type { PairTable } from '../../codebook/pairs';
import type { CodeSet } from './sets';

/** All pairs as CSV (RFC 4180): direction, code, neighbour, count. */
export function pairsCsv(pairs: { readonly right: PairTable; readonly below: PairTable }): string {
  const rows = (['right', 'below'] as const).flatMap((direction) => {
    const { from, to, count } = pairs[direction];
    return Array.from(from, (code, i) => `${direction},${code},${to[i]},${count[i]}`);
  });
  return ['direction,code,neighbour,count', ...rows, ''].join('\r\n');
}

export interface PictureRow {
  readonly name: string;
  readonly total: number;
  readonly used: number;
  readonly perplexity: number;
}

/** The use of the codebook in each picture by itself, the poorest first. */
export const pictureRows = (grids: NonNullable<CodeSet['grids']>): PictureRow[] =>
  grids
    .map(({ name, grid }) => ({ name, ...usageOfGrid(grid) }))
    .sort((a, b) => a.perplexity - b.perplexity || a.name.localeCompare(b.name, 'en', { numeric: true }));

/** The same as CSV. A name that a spreadsheet would take for a formula gets an apostrophe in front. */
export function picturesCsv(rows: readonly PictureRow[]): string {
  const cell = (name: string) => `"${(/^[=+\-@\t\r]/.test(name) ? `'${name}` : name).replaceAll('"', '""')}"`;
  const lines = rows.map(({ name, total, used, perplexity }) => `${cell(name)},${total},${used},${perplexity}`);
  return ['picture,codes,different,perplexity', ...lines, ''].join('\r\n');
}
