import { lazy, Suspense, useMemo } from 'react';
import { useStore } from 'zustand';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import AtlasPage from './atlas/AtlasPage';
import { createLab, specOfLink, type LabParts } from './create';
import { CodeCard } from './parts/CodeCard';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice } from './parts/Notices';
import { PicturePanel } from './parts/PicturePanel';
import { Toolbar } from './parts/Toolbar';
import { useUndoKeys } from '../useUndoKeys';
import { usePaste } from '../../ui/usePaste';
import './styles';
import classes from './Lab.module.css';

const MapPage = lazy(() => import('./map/MapPage'));
const HealthPage = lazy(() => import('./health/HealthPage'));

/** The codebook lab. */
export default function CodebookLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  const page = useStore(store, (state) => state.spec.page);
  usePaste(
    (files) => void session.takeFiles(files),
    (address) => void session.openUrl(address),
  );
  useUndoKeys(session);
  return (
    <LabServicesContext value={services}>
      <div className={classes.lab}>
        <Intro />
        <FailureNotice />
        <EngineNotice />
        <Toolbar />
        <div className={classes.desk}>
          <div className={classes.page}>
            <Suspense fallback={null}>
              {page === 'atlas' ? <AtlasPage /> : page === 'map' ? <MapPage /> : <HealthPage />}
            </Suspense>
          </div>
          <aside className={classes.side} aria-label="The chosen code">
            <CodeCard />
            <PicturePanel />
          </aside>
        </div>
      </div>
    </LabServicesContext>
  );
}
