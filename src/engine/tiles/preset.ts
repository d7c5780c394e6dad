/** Size of the network that learns the world of tiles. The shipped weights have it too: another one needs `node scripts/train-tiles.mjs`. */
import type { FiniteSet } from '../../diffusion/exact';
import type { TileNetworkConfig } from '../../tfjs/tiles/open';

/** Maps in a step. */
export const BATCH = 128;

/** Groups of 48: enough for the 36 places that a shape can have. */
export const networkConfig = (
  { height, width, codebookSize }: Pick<FiniteSet, 'height' | 'width' | 'codebookSize'>,
  numTimesteps: number,
): TileNetworkConfig => ({
  ...{ places: height * width, codebookSize, numTimesteps },
  ...{ width: 64, blocks: 2, hidden: 192, group: 48 },
});
