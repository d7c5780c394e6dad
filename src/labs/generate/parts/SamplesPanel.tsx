import { Button } from '@mantine/core';
import { formatMs } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { ProgressLine } from '../../../ui/ProgressLine';
import { findPicture } from '../stateOf';
import { selectBusy, selectStale } from '../store';
import { useLab, useLabState, useSetView, useShown } from './labState';
import { SaveButtons } from './SaveButtons';
import classes from './SamplesPanel.module.css';

const capitalize = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** The pictures of the batch at the step that is looked at. */
export function SamplesPanel() {
  const { node, model, trace, frame, layout, sample } = useShown();
  const pictures = useLabState((state) => state.pictures);
  const standIn = useLabState((state) => state.view.standIn);
  const stale = useLabState(selectStale);
  const setView = useSetView();
  const timings = node?.result?.timings;
  const unknown = node?.result?.unknownWords ?? [];
  return (
    <Panel
      title="Samples"
      tessera="verdigris"
      aside={
        <>
          {stale && <span className={classes.stale}>made with other settings</span>}
          {timings && (
            <span data-testid="run-time">
              {timings.passes} passes in {formatMs(timings.sampleMs)}
              {timings.warm ? '' : ', first run'}
            </span>
          )}
          <SaveButtons />
        </>
      }
      lesson={
        node
          ? `${nameOf(node.options.condition)}; seed ${node.options.seed}${node.options.batch > 1 ? ` and the ${node.options.batch - 1} after it` : ''}.`
          : 'Each seed gives a picture of its own; the same seed gives the same one, every time.'
      }
    >
      <RunProgress />
      {unknown.length > 0 && (
        <p className={classes.unknown} data-testid="unknown-words">
          Not in the vocabulary:{' '}
          {unknown
            .map(({ word, replacedBy }) => `"${word}" (${replacedBy ? `"${replacedBy}" stood in` : 'left out'})`)
            .join(', ')}
          .
        </p>
      )}
      {node && model && frame ? (
        <div className={classes.grid} role="radiogroup" aria-label="Samples of the batch" data-testid="samples">
          {Array.from({ length: node.options.batch }, (_, i) => {
            const found = findPicture(pictures, {
              ...{ run: node.id, trace, frame, sample: i, kind: 'state', standIn, layout },
            });
            return (
              <button
                key={i}
                type="button"
                role="radio"
                aria-checked={i === sample}
                aria-label={`Sample ${i + 1}, seed ${(node.options.seed + i) >>> 0}`}
                className={classes.sample}
                data-stale={found?.stale || undefined}
                onClick={() => setView({ sample: i, place: null })}
              >
                {found && (
                  <PictureCanvas picture={found.picture} label={`Sample ${i + 1}`} decorative testId={`sample-${i}`} />
                )}
              </button>
            );
          })}
        </div>
      ) : (
        <p className={classes.empty}>Nothing yet: press Generate.</p>
      )}
    </Panel>
  );
}

function nameOf(condition: Readonly<Record<string, string>>): string {
  const texts = Object.values(condition).filter(Boolean);
  return texts.length ? texts.join(', ') : 'Nothing asked for';
}

/** What is being waited for, and how far it is; after a pause, or where steps were let go, the way on. */
function RunProgress() {
  const { session } = useLab();
  const { node, trace } = useShown();
  const busy = useLabState(selectBusy);
  const progress = useLabState((state) => state.progress);
  const phase = useLabState((state) => state.phase);
  if (busy || phase === 'starting') {
    const last = trace.at(-1);
    const share = phase === 'running' && last ? last.step / Math.max(1, last.steps) : null;
    return (
      <div className={classes.wait}>
        <ProgressLine
          fraction={progress?.fraction ?? share}
          message={progress ? capitalize(progress.message) : phase === 'running' ? 'Drawing' : 'Starting the engine'}
          testId="progress"
        />
      </div>
    );
  }
  if (!node) return null;
  const incomplete = node.status === 'done' && trace.at(-1)?.step !== trace.at(-1)?.steps;
  if (node.status === 'paused')
    return <p className={classes.note}>Paused at step {trace.at(-1)?.step ?? 0}: look around, then go on.</p>;
  if (trace.length > 0 && !incomplete) return null;
  return (
    <p className={classes.note}>
      The steps of this run were let go to save memory; its end was kept.{' '}
      <Button onClick={() => void session.resume()} data-testid="run-again">
        Run it again
      </Button>
    </p>
  );
}
