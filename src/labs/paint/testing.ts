/** The lab on the fake engine, for tests. */
import { createPaintClientHere } from '../../codebook/paint/client';
import type { EngineClient, Picture, TokenizerSummary } from '../../engine/types';
import { measureHere } from '../../image/measure/client';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../testing/fakeEngine';
import { testPicture } from '../testing/pictures';
import type { Sample } from '../samples';
import { createPaintSession } from './session';
import { defaultSpec, type PaintSpec } from './spec';
import { createPaintStore } from './store';

const sample = (file: string, side: number): Sample => ({
  ...{ file, title: file, credit: 'us', width: side, height: side },
  heldOut: file === 'a.webp',
});
export const SIDES: Readonly<Record<string, number>> = { 'a.webp': 64, 'b.webp': 96 };

export const otherModel: TokenizerSummary = { ...fakeModel, id: 'other-64', title: 'Another codebook' };

/** A square of one colour, `at` of 255. */
export function plain(side: number, at: number): Picture {
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  for (let i = 0; i < side * side; i++) data.set([at, at, at], 4 * i);
  return { width: side, height: side, data };
}

export function setUp(spec: Partial<PaintSpec> = {}, options: FakeEngineOptions = {}, decodeDelayMs = 0) {
  const fake = createFakeEngine({ models: [fakeModel, otherModel], ...options });
  const engine: EngineClient = {
    ...fake,
    decode: async (...asked) => {
      if (decodeDelayMs) await new Promise((resolve) => setTimeout(resolve, decodeDelayMs));
      return fake.decode(...asked);
    },
  };
  const store = createPaintStore({ ...defaultSpec, ...spec });
  const specs: PaintSpec[] = [];
  const session = createPaintSession(store, {
    ...{ engine, paint: createPaintClientHere(), measure: measureHere },
    loadSamples: () => Promise.resolve(['b.webp', 'a.webp'].map((file) => sample(file, SIDES[file]!))),
    fetchPicture: (url) => Promise.resolve(new Blob([url])),
    async decode(blob) {
      const text = await blob.text();
      if (text.includes('broken')) throw new Error('This file is damaged.');
      const side = SIDES[text.split('/').pop() ?? ''];
      return side ? testPicture(side) : plain(64, Number(text) || 0);
    },
    sampleUrl: (file) => `samples/${file}`,
    pageUrl: 'http://localhost/',
    modelsUrl: 'models/',
    onSpec: (one) => specs.push(one),
  });
  const state = () => store.getState();
  const until = async (holds: () => boolean) => {
    for (let i = 0; i < 400 && !holds(); i++) await new Promise((resolve) => setTimeout(resolve, 5));
    if (!holds()) throw new Error('it never came');
  };
  const shown = () => until(() => state().picture !== null && state().pictureOf === state().grids);
  const codes = (level = 0) => [...(state().grids[level]?.indices ?? [])];
  return { store, session, engine, fake, specs, state, until, shown, codes };
}

export async function opened(...args: Parameters<typeof setUp>) {
  const lab = setUp(...args);
  await lab.session.start();
  await lab.shown();
  return lab;
}
