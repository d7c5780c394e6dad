/** The spec of this lab is defined in experiment/, where links and history live; this is its one door into the lab. */
import { generateSpec } from '../../experiment/generate';
import { defaultsOf } from '../../experiment/spec';

export { generateSpec };
export type { GenerateSpec, PageName, RaceEntry, SamplerName, ScheduleName } from '../../experiment/generate';

export const defaultSpec = defaultsOf(generateSpec);
