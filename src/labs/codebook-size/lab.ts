import type { LabDefinition } from '../contract';

/** Take codes away and see what is left of a picture. */
export const codebookSize: LabDefinition = {
  id: 'codebook-size',
  title: 'Codebook size',
  blurb: 'Take codes away, from thousands down to two, and see where a picture breaks first.',
  load: () => import('./Lab'),
};
