/** The steps that a run was made of, planned again as the engine did: for going on after a pause, and for opening up a place. */
import { lengthOf, spansOf, type Layout } from '../../diffusion/layout';
import { planSteps, type SamplerStep } from '../../diffusion/samplers';
import { createSchedule, scheduleOf, type Schedule } from '../../diffusion/schedule';
import type { PriorSummary, SampleFrame, SampleOptions } from '../../engine/types';
import { sampleOf } from './frames';
import { discreteProcess, withSteps } from './samplers';

export interface PlannedStep {
  readonly step: SamplerStep;
  /** The grid that it changes, and the schedule there. */
  readonly level: number;
  readonly schedule: Schedule;
}

/** How many places of a grid [MASK] holds, in the sample that has most. */
function mostMasked(codes: Int32Array, batch: number, layout: Layout, level: number): number {
  const { first = 0, count = 0 } = spansOf(layout)[level] ?? {};
  const counts = Array.from(
    { length: batch },
    (_, sample) =>
      sampleOf(codes, sample, lengthOf(layout))
        .subarray(first, first + count)
        .filter((code) => code === layout[level]?.codebookSize).length,
  );
  return Math.max(...counts);
}

/**
 * @param begin the run's first state
 * @returns null for a process without a schedule of codes, and where no plan can be made
 */
export function plannedSteps(options: SampleOptions, begin: SampleFrame, model: PriorSummary): PlannedStep[] | null {
  const process = discreteProcess(model);
  const layout = model.config.grids;
  const { start, batch } = options;
  if (!process || begin.step !== 0) return null;
  const steps: PlannedStep[] = [];
  let firstNumber = start?.number ?? 1;
  try {
    layout.forEach(({ codebookSize }, level) => {
      const masked = mostMasked(begin.codes, batch, layout, level);
      // A fork goes on in the first grid that is not finished.
      const finished = start && steps.length === 0 && level < layout.length - 1 && masked === 0;
      if (finished) return;
      const schedule = createSchedule(options.schedule, process, codebookSize);
      const time = start && steps.length === 0 ? Math.round(start.time) : schedule.numTimesteps;
      const plan = planSteps(options.sampler, {
        ...{ schedule, trained: scheduleOf(process, codebookSize), start: time, masked, firstNumber },
      });
      firstNumber += plan.length;
      steps.push(...plan.map((step) => ({ step, level, schedule })));
    });
  } catch {
    return null;
  }
  return steps;
}

/**
 * Whether a run that goes on from its last kept state takes the very steps that were left: same times, same counts, same random numbers.
 * Where not, the way back to the same codes is to run it again.
 */
export function goesOnExactly(options: SampleOptions, trace: readonly SampleFrame[], model: PriorSummary): boolean {
  const [begin, last] = [trace[0], trace.at(-1)];
  if (!begin || !last || begin.step !== 0 || last.step === 0) return false;
  if (model.config.process.kind === 'autoregressive') return true;
  // Known codes and a second grid have beginnings of their own.
  if (options.known || model.config.grids.length > 1) return false;
  const whole = plannedSteps(options, begin, model);
  const rest = plannedSteps(
    {
      ...options,
      sampler: withSteps(options.sampler, last.steps - last.step),
      start: { codes: last.codes, time: last.time, number: last.number + 1 },
    },
    { ...last, step: 0 },
    model,
  );
  const numbers = (plan: readonly PlannedStep[]) => JSON.stringify(plan.map(({ step }) => step));
  return (
    whole !== null && rest !== null && numbers(whole.filter(({ step }) => step.number > last.number)) === numbers(rest)
  );
}
