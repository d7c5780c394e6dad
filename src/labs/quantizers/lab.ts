import type { LabDefinition } from '../contract';

/** One picture through two quantizers. */
export const quantizers: LabDefinition = {
  id: 'quantizers',
  title: 'Quantizers',
  blurb: 'One picture, two ways to make integers of it, side by side.',
  load: () => import('./Lab'),
};
