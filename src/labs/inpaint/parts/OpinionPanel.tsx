import { Button } from '@mantine/core';
import { useEffect, useMemo } from 'react';
import { useStore } from 'zustand';
import type { FitResult } from '../../../engine/types';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { Panel } from '../../../ui/Panel';
import { ProgressLine } from '../../../ui/ProgressLine';
import { heatPicture } from '../../frames';
import stage from '../../Stage.module.css';
import { patched, type Generation } from '../answers';
import { createFitting, shareOf } from '../fitting';
import { bestRun, meanSpread, opinionOptions, RUNS, spreadMap, whyNoOpinion } from '../opinion';
import { selectBusy } from '../store';
import { StillView } from './StillView';
import { useLab, useLabState } from './labState';
import classes from './OpinionPanel.module.css';

/** What gradient descent through the decoder makes of the hole, with no prior to ask. */
export function OpinionPanel({ generation }: { generation: Generation }) {
  const { context } = useLab();
  const opinion = useMemo(() => createFitting<number>(context.engine), [context.engine]);
  useEffect(() => () => opinion.cancel(), [opinion]);
  const { about, report, result, failure, busy } = useStore(opinion.store);
  const tokenizer = useLabState(({ tokenizers }) => tokenizers.find(({ id }) => id === generation.result.tokenizer));
  const filling = useLabState(selectBusy);
  const reason = whyNoOpinion(generation, tokenizer);
  const mine = about === generation.id;
  const found = mine ? result : null;
  return (
    <Panel
      title="A second opinion"
      tessera="verdigris"
      lesson="No prior: latents are moved until the decoder paints what is known, then become codes. Where runs from other beginnings disagree, the known pixels do not decide."
      aside={
        busy ? (
          <Button onClick={() => opinion.cancel()} data-testid="opinion-cancel">
            Cancel
          </Button>
        ) : (
          <Button
            disabled={reason !== null || filling}
            onClick={() => void opinion.ask(generation.id, () => Promise.resolve(opinionOptions(generation)))}
            data-testid="opinion-ask"
          >
            {found ? 'Ask again' : 'Ask'}
          </Button>
        )
      }
    >
      {reason && <p className={classes.note}>{reason}</p>}
      {mine && failure && (
        <p className={classes.note} role="alert">
          {failure}
        </p>
      )}
      {mine && busy && (
        <ProgressLine
          fraction={report ? shareOf(report, RUNS) : null}
          message={
            report ? `run ${report.run + 1} of ${RUNS}, ${report.loss.toFixed(1)} grey levels off` : 'getting ready'
          }
          testId="opinion-progress"
        />
      )}
      {found && <Found generation={generation} result={found} />}
    </Panel>
  );
}

function Found({ generation, result }: { generation: Generation; result: FitResult }) {
  const { picture, hole } = generation.options;
  const views = useMemo(() => {
    const best = bestRun(result);
    const { width, height } = result.mean;
    return {
      best: best && patched(picture, best, hole),
      mean: patched(picture, result.mean, hole),
      map: heatPicture(spreadMap(result), width, height, 1),
      spread: meanSpread(result.spread, hole),
    };
  }, [result, picture, hole]);
  const words = `${views.spread.inside.toFixed(1)} grey levels in the hole, ${views.spread.outside.toFixed(1)} around it`;
  return (
    <div className={stage.views} data-testid="opinion">
      <StillView title="The closest run" note="Its codes miss the known pixels by least." picture={views.best} />
      <StillView
        title="Mean of the runs"
        note={`${result.images.length} runs, each from noise of its own.`}
        picture={views.mean}
      />
      <section className={stage.view} aria-label="Where they disagree">
        <h3>Where they disagree</h3>
        <div className={stage.stage}>
          <PictureCanvas
            picture={views.map}
            label={`Spread over the runs, light is uncertain; ${words}`}
            testId="spread"
          />
        </div>
        <p className={stage.foot}>{words}</p>
      </section>
      <StillView
        title="The closest run, all of it"
        note={`Known pixels: ${Math.min(...result.scores).toFixed(1)} grey levels off; the tokenizer alone ${result.startScore.toFixed(1)}.`}
        picture={bestRun(result)}
      />
    </div>
  );
}
