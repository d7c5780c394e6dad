/** A sampling run in flight: what a lost device costs it, and what the GPU still does after it was cancelled. */
import type { Server } from 'node:http';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import { openTestGpu } from '../gpu/testing/device';
import { EngineHost } from './host';
import { GpuSampler } from './sampling/gpuSampler';
import { request } from './sampling/testing';
import { serveFixtures } from './testing/journey';
import type { EngineEvent, SampleFrame, SamplerSpec } from './types';

const RUNS: readonly (readonly [string, SamplerSpec])[] = [
  ['absorbing', { kind: 'posterior', numSteps: 20 }],
  ['uniform', { kind: 'posterior', numSteps: 20 }],
  ['autoregressive', { kind: 'autoregressive' }],
];

const CANCELLED = [
  request('absorbing', { kind: 'posterior', numSteps: 20 }, { draw: 'pictures' }),
  request('autoregressive', { kind: 'autoregressive' }),
];

let server: Server;
let url: string;
let submit: GPUQueue['submit'];
/** Every recorded step, in the sampler's `this` and the step's number from 0. */
let records: MockInstance<GpuSampler['record']>;

beforeAll(async () => {
  ({ server, url } = await serveFixtures());
  openTestGpu();
  submit = Object.getOwnPropertyDescriptor(GPUQueue.prototype, 'submit')?.value as GPUQueue['submit'];
});
afterAll(() => server.close());

beforeEach(() => {
  records = vi.spyOn(GpuSampler.prototype, 'record');
  // The clock goes on when it is read, so that frames are drawn (and states kept) every few steps, however fast the machine is.
  let clock = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => (clock += 10));
});
afterEach(() => vi.restoreAllMocks());

async function startEngine(gpu: GPU) {
  const events: EngineEvent[] = [];
  const host = new EngineHost({ gpu });
  await host.start({ modelsUrl: url, backend: 'webgpu', useGpu: true }, (event) => events.push(event));
  return { host, events };
}

describe('a device that is lost in mid-run', () => {
  it.each(RUNS)(
    '%s: the run goes on from the last kept state, to the same codes, with one notice',
    async (...asked) => {
      const { host, events } = await startEngine(openTestGpu());
      const whole = await host.sample(1, request(...asked));
      const total = whole.timings.passes;
      records.mockClear();

      const frames: SampleFrame[] = [];
      let keptAtLoss = -1;
      let doneAtLoss = -1;
      const lost: Promise<void>[] = [];
      const run = await host.sample(
        2,
        request(...asked),
        (frame) => frames.push(frame),
        ({ stage, fraction }) => {
          const kept = frames.at(-1)?.step ?? 0;
          const done = Math.round((fraction ?? 0) * total);
          // Not at a kept state, so that there is something to be done again.
          if (stage !== 'sample' || lost.length || kept < total / 4 || done <= kept) return;
          [keptAtLoss, doneAtLoss] = [kept, done];
          lost.push(host.simulateDeviceLoss());
        },
      );
      expect(lost).toHaveLength(1);
      await lost[0];

      const samplers = [...new Set(records.mock.contexts)];
      expect(samplers).toHaveLength(2);
      const stepsOf = (sampler: unknown) =>
        records.mock.calls.filter((_, at) => records.mock.contexts[at] === sampler).map(([, , step]) => step);
      const steps = (from: number) => Array.from({ length: total - from }, (_, i) => from + i);
      expect(stepsOf(samplers[0]).slice(0, doneAtLoss)).toEqual(steps(0).slice(0, doneAtLoss));
      expect(keptAtLoss).toBeGreaterThan(0);
      expect(stepsOf(samplers[1])).toEqual(steps(keptAtLoss));
      expect(frames.filter(({ step }) => step === 0)).toHaveLength(1);

      expect(run.codes).toEqual(whole.codes);
      expect(run.images).toEqual(whole.images);
      // What was kept before the loss, and everything after it.
      for (const frame of run.trace) expect(frame).toEqual(whole.trace.find(({ step }) => step === frame.step));
      expect(run.trace.map(({ step }) => step)).toEqual(expect.arrayContaining(steps(keptAtLoss).map((i) => i + 1)));
      expect(events.map(({ kind }) => kind)).toEqual(['device-lost', 'device-restored']);
      expect(host.capabilities().backend).toBe('webgpu');
    },
  );
});

/** The test's adapter under the name of a real one, which gets several steps in a submit and one submit in advance. */
function asHardware(gpu: GPU): GPU {
  const requestAdapter = async (options?: GPURequestAdapterOptions) => {
    const adapter = await gpu.requestAdapter(options);
    if (!adapter) return null;
    const info = { vendor: 'test', architecture: '', device: '', description: 'hardware, as far as one can tell' };
    const { features, limits } = adapter;
    const requestDevice = (wanted?: GPUDeviceDescriptor) => adapter.requestDevice(wanted);
    return { info, features, limits, requestDevice };
  };
  return { requestAdapter } as unknown as GPU;
}

describe('a run that is cancelled', () => {
  it.each([
    ['a software adapter', (gpu: GPU) => gpu],
    ['a GPU', asHardware],
  ] as const)('on %s: at most one submit comes after the cancel, whenever it is', async (_, adapter) => {
    const { host } = await startEngine(adapter(openTestGpu()));
    let call = 1;
    for (const options of CANCELLED) {
      const whole = await host.sample(call++, options, () => undefined);
      for (const moment of [1, 4]) {
        const number = call++;
        let submitted = 0;
        const counting = vi.spyOn(GPUQueue.prototype, 'submit').mockImplementation(function (this: GPUQueue, buffers) {
          submit.call(this, buffers);
          if (++submitted === moment) host.cancel(number);
        });
        await expect(host.sample(number, options, () => undefined)).rejects.toMatchObject({ name: 'AbortError' });
        // Whatever still comes has time to.
        await new Promise((resolve) => setTimeout(resolve, 200));
        expect(submitted).toBeGreaterThanOrEqual(moment);
        expect(submitted - moment).toBeLessThanOrEqual(1);
        counting.mockRestore();
      }
      expect((await host.sample(call++, options, () => undefined)).codes).toEqual(whole.codes);
    }
  });
});
