/** The spec of this lab is defined in experiment/, where links and history live; this is its one door into the lab. */
import { codebookSpec } from '../../experiment/codebook';
import { defaultsOf } from '../../experiment/spec';

export {
  ATLAS_VIEWS,
  codebookSpec,
  COLOURS,
  DISTANCES,
  HISTOGRAMS,
  OWN_SETS,
  SORTS,
  type AtlasView,
  type CodebookPage,
  type CodebookSpec,
  type ColourName,
  type DistanceName,
  type HistogramName,
  type ProjectionName,
  type SortName,
} from '../../experiment/codebook';
export type { SourceRef } from '../../experiment/source';

export const defaultSpec = defaultsOf(codebookSpec);
