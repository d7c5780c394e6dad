/** The spec of this lab is defined in experiment/, where links and history live; this is its one door into the lab. */
import { inpaintSpec } from '../../experiment/inpaint';
import { defaultsOf } from '../../experiment/spec';

export { BLENDS, MAX_MASK_BYTES } from '../../experiment/inpaint';
export { inpaintSpec };
export type { BlendName, InpaintSpec, MaskRef, ModeName, SquareRef } from '../../experiment/inpaint';
export type { SourceRef } from '../../experiment/source';

export const defaultSpec = defaultsOf(inpaintSpec);
