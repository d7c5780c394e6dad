import type { LabDefinition } from '../contract';

/** What the codes mean, which are used, and which lie beside each other. */
export const codebook: LabDefinition = {
  id: 'codebook',
  title: 'Codebook',
  blurb: 'Every code as a picture, on a map, and how it is used.',
  load: () => import('./Lab'),
};
