/** The spec of this lab is defined in experiment/, where links live; this is its one door into the lab. */
import { paintSpec } from '../../experiment/paint';
import { defaultsOf } from '../../experiment/spec';

export { MAX_CODE_BYTES, packGrids, unpackGrids, type PackedCodes } from '../../experiment/codes';
export { paintSpec, type PaintSpec } from '../../experiment/paint';
export type { SourceRef } from '../../experiment/source';

export const defaultSpec = defaultsOf(paintSpec);
