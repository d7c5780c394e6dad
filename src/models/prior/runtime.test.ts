/** The prior's runtime on tfjs: what a page without WebGPU gets. */
import { describe } from 'vitest';
import { openTfjs } from '../../tfjs/device';
import { describePrior } from './testing';

describe.each(['cpu', 'wasm'] as const)('on tfjs %s', (name) => {
  describePrior(async () => ({ kind: 'tfjs', tfjs: await openTfjs(name) }), 1e-4);
});
