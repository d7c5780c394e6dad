import type { LabDefinition } from '../contract';

/** Train a tiny VQ-VAE twice, side by side, and see which codes live. */
export const collapse: LabDefinition = {
  id: 'collapse',
  title: 'Collapse theatre',
  blurb: 'Train a tiny VQ-VAE from scratch, twice, side by side: codes live and die before your eyes.',
  load: () => import('./Lab'),
};
