import { Button } from '@mantine/core';
import { lazy, Suspense } from 'react';
import { useStore } from 'zustand';
import { Panel } from '../../ui/Panel';
import type { LabProps } from '../contract';
import { FailureLine } from '../Notice';
import { useLabParts } from '../useLabParts';
import { createLab, specOfLink, type LabParts } from './create';
import { Intro } from './parts/Intro';
import { LabPartsContext } from './parts/labState';
import { PlayBar } from './parts/PlayBar';
import { SharedPanel } from './parts/SharedPanel';
import { Side } from './parts/Side';
import './styles';
import classes from './Lab.module.css';

const Charts = lazy(() => import('./parts/Charts'));

/** The collapse theatre. */
export default function CollapseLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Screen parts={parts} />;
}

function Screen({ parts }: { parts: LabParts }) {
  const { store, session } = parts;
  const failure = useStore(store, (state) => state.failure);
  const curve = useStore(store, (state) => state.curve);
  return (
    <LabPartsContext value={parts}>
      <div className={classes.lab}>
        <Intro />
        <PlayBar />
        {failure !== null && (
          <FailureLine message={failure}>
            <Button onClick={() => void session.reset()}>Begin again</Button>
          </FailureLine>
        )}
        <div className={classes.desk}>
          <Side side="left" />
          <Side side="right" />
          <div className={classes.column}>
            <Panel title="Over time" tessera="verdigris">
              {curve.length > 1 ? (
                <Suspense fallback={null}>
                  <Charts curve={curve} />
                </Suspense>
              ) : (
                <p className={classes.empty}>
                  Perplexity is the number of codes that would be in use if all were used alike. Press Play to see it
                  over time.
                </p>
              )}
            </Panel>
            <SharedPanel />
          </div>
        </div>
        <p className={classes.small}>
          Filled discs are codes in use, empty rings dead ones; a ring around a code: just revived. Everything is
          measured on 512 examples that are never learnt from. Adam; batches of 256; commitment 0.25; EMA decay 0.99
          (van den Oord et al. 2017). Rotation trick: Fifty et al. 2024. SimVQ: Zhu et al. 2024. FSQ: Mentzer et al.
          2023.
        </p>
      </div>
    </LabPartsContext>
  );
}
