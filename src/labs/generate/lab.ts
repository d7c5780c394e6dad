import type { LabDefinition } from '../contract';

/** Ask for a picture in words, watch its codes come out of the noise, go back, change one, go on. */
export const generate: LabDefinition = {
  id: 'generate',
  title: 'Generate',
  blurb: 'New codes out of noise, step by step: watch, rewind, repaint, go on.',
  load: () => import('./Lab'),
};
