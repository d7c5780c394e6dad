/** The spec of this lab is defined in experiment/, where links and history live; this is its one door into the lab. */
import { reconstructSpec } from '../../experiment/reconstruct';
import { defaultsOf } from '../../experiment/spec';

export { reconstructSpec };
export type { ReconstructSpec, SourceRef } from '../../experiment/reconstruct';

export const defaultSpec = defaultsOf(reconstructSpec);
