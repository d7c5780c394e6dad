import { Button } from '@mantine/core';
import type { Reconstruction } from '../../../engine/types';
import { FactList } from '../../../ui/FactList';
import { formatBytes, formatInteger, formatMs } from '../../../ui/format';
import { IconRefresh } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { StageBar } from '../../../ui/StageBar';
import { selectBusy, selectPlace } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Details.module.css';

const clocks: Record<Reconstruction['timings']['clock'], string> = {
  'timestamp-query': "measured on the GPU's own clock",
  wall: 'measured from outside, with a wait after each stage',
};

const notTracked = 'not tracked by TensorFlow.js';

/** Where the time and the memory of this run went. */
export function TimingPanel({ result }: { result: Reconstruction }) {
  const { session } = useLab();
  const place = useLabState(selectPlace);
  const software = useLabState((state) => state.capabilities?.isFallbackAdapter);
  const busy = useLabState(selectBusy);
  const { timings, memory } = result;
  return (
    <Panel
      title="Time and memory"
      tessera="ochre"
      aside={
        <>
          <span>{formatMs(timings.totalMs)} in all</span>
          <Button
            leftSection={<IconRefresh size={14} stroke={1.7} />}
            disabled={busy}
            data-testid="run-again"
            onClick={() => void session.retry()}
          >
            Run again
          </Button>
        </>
      }
      lesson={
        timings.warm
          ? `One warm run on ${place}, ${clocks[timings.clock]}.`
          : `First run after compiling, on ${place}; the next one is warmer. ` +
            `${clocks[timings.clock].replace(/^m/, 'M')}.`
      }
    >
      <StageBar
        stages={[
          { label: 'Prepare', timeMs: timings.prepareMs, colour: 'bone' },
          { label: 'Encode', timeMs: timings.encodeMs, colour: 'ochre' },
          { label: 'Quantize', timeMs: timings.quantizeMs, inside: 'encode', colour: 'lapis' },
          { label: 'Decode', timeMs: timings.decodeMs, colour: 'verdigris' },
          { label: 'Read back', timeMs: timings.readMs, inside: 'decode', colour: 'terracotta' },
        ]}
      />
      {software && (
        <p className={classes.note}>
          This adapter is software on the CPU: only the ratios between the stages mean something here.
        </p>
      )}
      <FactList
        facts={[
          ...(timings.compileMs > 0
            ? [['Compiled', `in ${formatMs(timings.compileMs)}, once; not part of the time above`] as const]
            : []),
          ['Weights', formatBytes(memory.weightsBytes)],
          ['Activations', memory.activationsBytes === null ? notTracked : formatBytes(memory.activationsBytes)],
          ['Buffers', memory.buffers === null ? notTracked : formatInteger(memory.buffers)],
        ]}
      />
    </Panel>
  );
}
