import type { LabDefinition } from '../contract';

/** Drop a picture, see its codes, see the picture again. */
export const reconstruct: LabDefinition = {
  id: 'reconstruct',
  title: 'Reconstruct',
  blurb: 'A picture becomes a short row of integers, and a picture again.',
  load: () => import('./Lab'),
};
