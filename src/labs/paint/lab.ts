import type { LabDefinition } from '../contract';

/** The token grid as a canvas. */
export const paint: LabDefinition = {
  id: 'paint',
  title: 'Paint with codes',
  blurb: 'Put codes where you want them: the decoder paints what they mean.',
  load: () => import('./Lab'),
};
