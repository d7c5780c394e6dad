/** The lab without a page, for its unit tests: session and store on fakes. Never imported by the app. */
import { vi } from 'vitest';
import { createSpecStore } from '../../experiment/store';
import type { Notice } from '../contract';
import type { Sample } from '../samples';
import { createFakeEngine, type FakeEngineOptions } from '../testing/fakeEngine';
import { createFakeHole } from '../testing/fakeHole';
import { fakePrior } from '../testing/fakePrior';
import { createInpaintSession } from './session';
import { inpaintSpec, type InpaintSpec } from './spec';
import { createInpaintStore } from './store';

const priors = [
  fakePrior('autoregressive', 1000, 'raster', 8),
  fakePrior('absorbing', 1000, 'absorbing', 8),
  fakePrior('uniform', 1000, 'uniform', 8),
];

const samples: Sample[] = ['first.webp', 'second.webp'].map((file, i) => ({
  ...{ file, title: `Sample ${i}`, credit: 'nobody', width: 64, height: 64, heldOut: i === 1 },
}));

export function setUp(options: FakeEngineOptions = {}, spec: Partial<InpaintSpec> = {}) {
  const engine = createFakeEngine({ priors, ...options });
  const hole = createFakeHole();
  const history = createSpecStore(inpaintSpec, { numSteps: 6, count: 3, ...spec });
  const store = createInpaintStore(history.current);
  const notices: Notice[] = [];
  const onSpec = vi.fn<(spec: InpaintSpec) => void>();
  const session = createInpaintSession(store, {
    ...{ engine, hole, history, onSpec, modelsUrl: 'models/', pageUrl: 'http://here.test/' },
    notify: (notice) => void notices.push(notice),
    loadSamples: () => Promise.resolve(samples),
    fetchPicture: (url) => Promise.resolve(new Blob([url.endsWith('first.webp') ? '64x64' : '200x120'])),
    sampleUrl: (file) => `samples/${file}`,
  });
  const state = store.getState;
  const said = () => state().notice?.message ?? '';
  /** Resolves when the store says so. */
  const until = (ready: () => boolean) =>
    new Promise<void>((resolve) => {
      if (ready()) return resolve();
      const stop = store.subscribe(() => {
        if (!ready()) return;
        stop();
        resolve();
      });
    });
  const isHole = (x: number, y: number) => {
    const mask = session.masks.get('hole')!;
    return mask.data[y * mask.width + x]! > 0;
  };
  /** A hole in the middle of a 200 x 120 picture. */
  const paint = () => session.rectangle({ x: 80, y: 40, width: 32, height: 24 });
  const fillings = () => engine.calls.filter((call) => call.startsWith('inpaint'));
  return { ...{ engine, hole, store, session, state, said, until, isHole, paint, fillings, onSpec, notices } };
}

export const opened = async (...args: Parameters<typeof setUp>) => {
  const lab = setUp(...args);
  await lab.session.start();
  return lab;
};

export const filled = async (...args: Parameters<typeof setUp>) => {
  const lab = await opened(...args);
  lab.paint();
  await lab.session.fill();
  await lab.until(() => lab.state().composed);
  return lab;
};

export const file = (text: string) => new Blob([text]);
