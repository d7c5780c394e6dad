/** Tables as files. Pure. */
import type { PairTable } from '../../codebook/pairs';

/** All pairs as CSV (RFC 4180): direction, code, neighbour, count. */
export function pairsCsv(pairs: { readonly right: PairTable; readonly below: PairTable }): string {
  const rows = (['right', 'below'] as const).flatMap((direction) => {
    const { from, to, count } = pairs[direction];
    return Array.from(from, (code, i) => `${direction},${code},${to[i]},${count[i]}`);
  });
  return ['direction,code,neighbour,count', ...rows, ''].join('\r\n');
}
