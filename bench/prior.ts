/**
 * A prior against stock tfjs: one step (network and sampler, the state read back), and a whole sample (codes and every state of the trace read
 * back, then the picture). Checked first: both networks against tfjs on the CPU, and the codes that both draw.
 */
import { runProgram, SampleProgress } from '../src/engine/sampling/sample';
import { emptyState, type MachineState } from '../src/engine/sampling/machine';
import { planProgram } from '../src/engine/sampling/program';
import { codeCount } from '../src/models/prior/config';
import { flopCount } from '../src/models/prior/facts';
import { createPrior } from '../src/models/prior/runtime';
import { openTfjs, openTfjsOnDevice } from '../src/tfjs/device';
import { inWords, maxAbsDiff, refuse, type BenchItem, type BenchRun } from './item';
import { openOurs, openPeer, type Pair, type Side } from './sides';
import { race } from './stats';

const NUM_STEPS = 8;
/** Steps before the one that is timed: in the middle of a run half of the codes are there. */
const DONE_BEFORE = 4;
const SEED = 7;
/** Largest difference of the logits, as a fraction of the largest of them, that still counts as the same result. */
const TOLERANCE = 1e-3;
const PEER = 'tfjs-webgpu';

/** @param pair without a tokenizer only a step is measured (a whole sample of a shipped prior takes minutes on a software adapter) */
export async function priorItems(pair: Pair, run: BenchRun): Promise<BenchItem[]> {
  const { id, config } = pair.prior.manifest;
  const program = planProgram(config, {
    sampler: { kind: 'posterior', numSteps: NUM_STEPS },
    schedule: { kind: 'model' },
    seed: SEED,
    batch: 1,
  });
  if (program.kind !== 'discrete') throw new Error(`${id}: the benchmark measures priors over codes`);
  const size = `${codeCount(config)} codes, width ${config.width}, ${config.depth} layers`;
  const gflop = (flopCount(config, 1) / 1e9).toFixed(2);
  const step = { id: `step-${id}`, what: `one step, ${size}, ${gflop} GFLOP, f32`, atLeast: 3 };
  const sample = { id: `sample-${id}`, what: `${NUM_STEPS} steps and the picture, ${size}, f32`, atLeast: 4 };

  const webgpu = await openTfjsOnDevice(run.context);
  const [ours, peer] = [await openOurs(run.context, pair), await openPeer(webgpu, pair)];
  const sampleOn = async (side: Side) => {
    const progress = new SampleProgress(program);
    const { last } = await runProgram(progress, side.machine(), { signal: NEVER });
    const pixels = side.tokenizer ? await side.tokenizer.decode([last.codes]) : new Uint8ClampedArray();
    return { codes: last.codes, pixels, middle: progress.states.get(DONE_BEFORE) ?? emptyState(last.codes) };
  };
  const stepOn = async (side: Side, from: MachineState) => {
    const machine = side.machine();
    machine.begin(program, DONE_BEFORE, from);
    await machine.advance(NEVER);
    return machine.peek();
  };

  try {
    run.say(`${step.id}: checking`);
    const { difference, faults: wrong } = await checkNetworks(pair, ours, peer, program.start);
    const first = await sampleOn(ours);
    const from = first.middle;
    const [next, nextOfPeer] = [await stepOn(ours, from), await stepOn(peer, from)];
    const contestants = (work: (side: Side) => Promise<unknown>) =>
      [{ name: 'ours', run: () => work(ours) }, [{ name: PEER, run: () => work(peer) }]] as const;
    const measure = async (item: typeof step, faults: readonly string[], work: (side: Side) => Promise<unknown>) => {
      const refused = refuse(item, [...wrong, ...faults]);
      if (refused) return refused;
      run.say(`${item.id}: ${item.what}`);
      const [us, peers] = contestants(work);
      const { ratios, timesMs } = await race(us, peers, run.rounds, (round) =>
        run.say(`round ${round + 1} of ${run.rounds}`),
      );
      run.say(`${item.id}: ${inWords(ratios)}`);
      return { ...item, maxAbsDiff: difference, ratios, timesMs };
    };
    const items = [await measure(step, sameCodes(next.codes, nextOfPeer.codes), (side) => stepOn(side, from))];
    if (!pair.tokenizer) return items;
    const second = await sampleOn(peer);
    // Of the picture only rounding may differ.
    const faults = [
      ...sameCodes(first.codes, second.codes),
      ...(maxAbsDiff(first.pixels, second.pixels) <= 1 ? [] : ['the pictures differ']),
    ];
    return [...items, await measure(sample, faults, sampleOn)];
  } finally {
    ours.dispose();
    peer.dispose();
    webgpu.dispose();
  }
}

/** Nobody aborts a benchmark. */
const NEVER = new AbortController().signal;

function sameCodes(a: Int32Array, b: Int32Array): string[] {
  const different = a.reduce((sum, code, at) => sum + Number(code !== b[at]), 0);
  return different ? [`${different} of ${a.length} codes differ between ours and ${PEER}`] : [];
}

/** Both networks' logits of `codes` against tfjs on the CPU. */
async function checkNetworks(
  { prior }: Pair,
  ours: Side,
  peer: Side,
  codes: Int32Array,
): Promise<{ difference: number; faults: string[] }> {
  const { process, contextLength } = prior.manifest.config;
  const t = 'numTimesteps' in process ? Math.ceil(process.numTimesteps / 2) : 0;
  const inputs = { codes, context: new Int32Array(contextLength), t: [t] };
  const cpu = await openTfjs('cpu');
  const oracle = await createPrior({ kind: 'tfjs', tfjs: cpu }, prior);
  const truth = await oracle.run(inputs);
  oracle.dispose();
  cpu.dispose();
  const scale = Math.max(...truth.map((logits) => logits.reduce((most, value) => Math.max(most, Math.abs(value)), 0)));
  const faults: string[] = [];
  const differenceOf = async (name: string, { network }: Side): Promise<number> => {
    const found = await network.run(inputs);
    const worst = Math.max(...found.map((logits, g) => maxAbsDiff(logits, truth[g] ?? []) / scale));
    if (!(worst <= TOLERANCE)) faults.push(`${name} differs from tfjs on the CPU by ${worst} of the largest logit`);
    return worst;
  };
  const difference = await differenceOf('ours', ours);
  await differenceOf(PEER, peer);
  return { difference, faults };
}
