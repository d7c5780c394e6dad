import type { Reconstruction } from '../../../engine/types';
import { FactList } from '../../../ui/FactList';
import { formatBytes, formatMs } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { StageBar } from '../../../ui/StageBar';
import { useLabState } from './labState';
import classes from './Details.module.css';

const clocks: Record<Reconstruction['timings']['clock'], string> = {
  'timestamp-query': "measured on the GPU's own clock",
  wall: 'measured from outside, with a wait after each stage',
};

/** Where the time and the memory of this run went. */
export function TimingPanel({ result }: { result: Reconstruction }) {
  const capabilities = useLabState((state) => state.capabilities);
  const { timings, memory } = result;
  return (
    <Panel
      title="Time and memory"
      tessera="ochre"
      aside={`${formatMs(timings.totalMs)} in all`}
      lesson={`One warm run on ${capabilities?.adapter ?? result.backend}, ${clocks[timings.clock]}.`}
    >
      <StageBar
        stages={[
          { label: 'Prepare', timeMs: timings.prepareMs, colour: 'bone' },
          { label: 'Encode', timeMs: timings.encodeMs, colour: 'ochre' },
          { label: 'Quantize', timeMs: timings.quantizeMs, colour: 'lapis' },
          { label: 'Decode', timeMs: timings.decodeMs, colour: 'verdigris' },
          { label: 'Read back', timeMs: timings.readMs, colour: 'terracotta' },
        ]}
      />
      {capabilities?.isFallbackAdapter && (
        <p className={classes.note}>
          This adapter is software on the CPU: only the ratios between the stages mean something here.
        </p>
      )}
      <FactList
        facts={[
          ['Weights', formatBytes(memory.weightsBytes)],
          ['Activations', formatBytes(memory.activationsBytes)],
          ['Buffers', memory.buffers],
        ]}
      />
    </Panel>
  );
}
