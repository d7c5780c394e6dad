/** The lab without a worker, a browser and a model: never imported by the app. */
import { perplexityByBatch, perplexityOfDraws } from '../../codebook/batches';
import { countPairs } from '../../codebook/pairs';
import { principalComponents } from '../../codebook/pca';
import type { StatisticsClient } from '../../codebook/statisticsClient';
import type { UsageFile } from '../../codebook/types';
import { createSpecStore } from '../../experiment/store';
import type { Notice } from '../contract';
import type { Sample } from '../samples';
import { createFakeEngine, fakeModel, type FakeEngineOptions } from '../testing/fakeEngine';
import { testPicture } from '../testing/pictures';
import { createCodebookSession } from './session';
import { codebookSpec, defaultSpec, type CodebookSpec } from './spec';
import { createCodebookStore } from './store';

/** The worker's work, done at once. A UMAP takes as long as `release` is not called. */
export function fakeStatistics() {
  const asked: string[] = [];
  let release = () => {};
  let report: (fraction: number) => void = () => {};
  const client: StatisticsClient = {
    perplexityByBatch: (...args) => Promise.resolve(perplexityByBatch(args[0], args[1], args[2], args[3])),
    perplexityOfDraws: (...args) => Promise.resolve(perplexityOfDraws(args[0], args[1], args[2], args[3])),
    pairs: (grids, size, direction) => Promise.resolve(countPairs(grids, size, direction)),
    components: (codebook, dim, count) => Promise.resolve(principalComponents(codebook, dim, count)),
    umap: (codebook, dim, options, onReport, call) => {
      asked.push(`umap ${options.neighbours} seed ${options.seed}`);
      report = (fraction) => onReport({ fraction, message: 'half', points: null });
      report(0.5);
      return new Promise((resolve, reject) => {
        release = () => resolve(new Float32Array((codebook.length / dim) * 2).fill(options.seed));
        call?.signal?.addEventListener('abort', () => reject(new DOMException('stopped', 'AbortError')));
      });
    },
    dispose: () => void asked.push('dispose'),
  };
  return { client, asked, release: () => release(), report: (fraction: number) => report(fraction) };
}

export const samples: Sample[] = [
  { file: 'seen.png', title: 'Seen', credit: 'x', width: 8, height: 8, heldOut: false },
  { file: 'new.png', title: 'New', credit: 'x', width: 8, height: 8, heldOut: true },
];

const size = fakeModel.codebookSizes[0]!;
export const usage: UsageFile = {
  schemaVersion: 1,
  sets: [
    { name: 'train', pictures: 40, counts: [Array.from({ length: size }, (_, i) => i % 5)] },
    { name: 'heldout', pictures: 10, counts: [Array.from({ length: size }, (_, i) => i % 3)] },
  ],
  atlas: [{ file: 'atlas.png', columns: 40, patch: 8 }],
  groups: ['a', 'b'],
  groupOf: [Array.from({ length: size }, (_, i) => (i % 5 ? i % 2 : -1))],
};

/** @param files of the model's folder, as text; what `decode` makes of them is a grey picture of "width x height" */
export function setUp(
  files: Readonly<Record<string, string>> = { 'usage.json': JSON.stringify(usage), 'atlas.png': '320x200' },
  options: FakeEngineOptions = {},
  spec: CodebookSpec = defaultSpec,
) {
  const engine = createFakeEngine(options);
  engine.modelFile = (_, name) => Promise.resolve(name in files ? new Blob([files[name]!]) : null);
  const statistics = fakeStatistics();
  const store = createCodebookStore(spec);
  const notices: Notice[] = [];
  const specs: CodebookSpec[] = [];
  const session = createCodebookSession(store, {
    engine,
    statistics: statistics.client,
    history: createSpecStore(codebookSpec, spec),
    notify: (notice) => notices.push(notice),
    decode: async (blob) => {
      const text = await blob.text();
      if (text === 'broken') throw new Error('This is not a picture.');
      const [width, height] = text.split('x').map(Number);
      return height
        ? { width: width!, height, data: new Uint8ClampedArray(width! * height * 4).fill(128) }
        : testPicture(Number(text) || 16);
    },
    loadSamples: () => Promise.resolve(samples),
    fetchPicture: () => Promise.resolve(new Blob(['24'])),
    sampleUrl: (file) => `samples/${file}`,
    pageUrl: 'https://example.test/',
    modelsUrl: 'models/',
    onSpec: (next) => specs.push(next),
  });
  return { engine, store, session, notices, specs, statistics, state: () => store.getState() };
}

/** A file of the visitor's. */
export const fileOf = (name: string, text: string): File => new File([text], name, { type: 'image/png' });
