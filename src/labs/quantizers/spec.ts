/** The spec of this lab is defined in experiment/, where links and history live; this is its one door into the lab. */
import { quantizersSpec } from '../../experiment/quantizers';
import { defaultsOf } from '../../experiment/spec';

export { quantizersSpec, type QuantizersSpec } from '../../experiment/quantizers';
export type { SourceRef } from '../../experiment/source';

export const defaultSpec = defaultsOf(quantizersSpec);
