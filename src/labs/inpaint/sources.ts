/** A picture of this lab, with its transparency, and how many are kept for undo. */
import type { RgbaImage } from '../../image/picture';
import type { SourceRef } from './spec';

export interface LoadedPicture {
  readonly image: RgbaImage;
  readonly name: string;
}

/** Own pictures kept for undo, all together; the newest two stay in any case. */
const MOST_BYTES = 256 * 1024 * 1024;

export const keyOf = (source: SourceRef): string => (source.kind === 'own' ? `own ${source.id}` : source.file);

/** Lets go of the oldest where all together take too much. */
export function withinMemory(own: Map<number, LoadedPicture>): void {
  let bytes = [...own.values()].reduce((sum, { image }) => sum + image.data.length, 0);
  for (const [oldest, { image }] of own) {
    if (bytes <= MOST_BYTES || own.size <= 2) break;
    own.delete(oldest);
    bytes -= image.data.length;
  }
}
