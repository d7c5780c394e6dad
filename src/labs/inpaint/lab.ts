import type { LabDefinition } from '../contract';

/** Paint over what should go, and choose among several ways to fill it. */
export const inpaint: LabDefinition = {
  id: 'inpaint',
  title: 'Inpaint',
  blurb: 'Paint over what should go: several ways to fill the hole, each sure of something else.',
  load: () => import('./Lab'),
};
