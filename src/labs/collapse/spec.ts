/** The spec of this lab is defined in experiment/, where links and history live; this is its one door into the lab. */
import { collapseSpec } from '../../experiment/collapse';
import { defaultsOf } from '../../experiment/spec';

export { collapseSpec, PLAIN_RECIPE, THEATRE_DATA, THEATRE_NETWORKS, THEATRE_SIZES } from '../../experiment/collapse';
export type { CollapseSpec, RecipeSpec } from '../../experiment/collapse';

export const defaultSpec = defaultsOf(collapseSpec);
