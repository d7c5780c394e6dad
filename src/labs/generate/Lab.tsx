import { SegmentedControl } from '@mantine/core';
import { lazy, Suspense, useMemo } from 'react';
import { useStore } from 'zustand';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import { createLab, specOfLink, type LabParts } from './create';
import type { PageName } from './spec';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice } from './parts/Notices';
import { SamplesPanel } from './parts/SamplesPanel';
import { SettingsPanel } from './parts/SettingsPanel';
import { StepsPanel } from './parts/StepsPanel';
import { Toolbar } from './parts/Toolbar';
import { useKeys } from './parts/useKeys';
import './styles';
import classes from './Lab.module.css';

const Details = lazy(() => import('./parts/Details'));
const TilesPanel = lazy(() => import('./tiles/TilesPanel'));

const PAGES: readonly { value: PageName; label: string }[] = [
  { value: 'networks', label: 'Trained networks' },
  { value: 'tiles', label: 'Learn it on 64 tiles' },
];

/** The generate lab. */
export default function GenerateLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Pages context={context} parts={parts} />;
}

/** What was made on one page is still there after a look at the other. */
function Pages({ context, parts }: LabProps & { parts: LabParts }) {
  const page = useStore(parts.store, (state) => state.spec.page);
  return (
    <>
      <div className={classes.pages}>
        <SegmentedControl
          data={[...PAGES]}
          value={page}
          onChange={(value) => parts.session.change({ page: value })}
          aria-label="Page of the lab"
        />
      </div>
      {page === 'tiles' ? (
        <div className={classes.lab}>
          <Suspense fallback={null}>
            <TilesPanel context={context} />
          </Suspense>
        </div>
      ) : null}
      <div hidden={page !== 'networks'}>
        <Screen context={context} parts={parts} active={page === 'networks'} />
      </div>
    </>
  );
}

function Screen({ context, parts, active }: LabProps & { parts: LabParts; active: boolean }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  const hasRun = useStore(store, (state) => state.tree.length > 0);
  useKeys(store, session, active);
  return (
    <LabServicesContext value={services}>
      <div className={classes.lab}>
        <Intro />
        <FailureNotice />
        <EngineNotice />
        <Toolbar />
        <div className={classes.desk}>
          <div className={classes.run}>
            <SamplesPanel />
            <StepsPanel />
          </div>
          <SettingsPanel />
        </div>
        {hasRun && (
          <Suspense fallback={null}>
            <Details />
          </Suspense>
        )}
      </div>
    </LabServicesContext>
  );
}
