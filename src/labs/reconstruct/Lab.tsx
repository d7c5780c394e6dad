import { lazy, Suspense, useMemo, useState } from 'react';
import { useStore } from 'zustand';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import { createLab, specOfLink, type LabParts } from './create';
import { Boxes } from './parts/Boxes';
import { EngineNotice, FailureNotice } from './parts/EngineNotice';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { Scores } from './parts/Scores';
import { Toolbar } from './parts/Toolbar';
import { usePaste } from '../../ui/usePaste';
import { useUndoKeys } from '../useUndoKeys';
import classes from './Lab.module.css';

const Details = lazy(() => import('./parts/Details'));
const BatchPanel = lazy(() => import('./parts/BatchPanel'));

/** The reconstruct lab: the landing page. */
export default function ReconstructLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const [batch, setBatch] = useState<{ id: number; files: readonly File[] }>({ id: 0, files: [] });
  const services = useMemo<LabServices>(
    () => ({
      context,
      store,
      session,
      takeFiles: (files) => {
        const [first] = files;
        if (files.length > 1) setBatch((old) => ({ id: old.id + 1, files }));
        else if (first) void session.open(first, first.name);
      },
    }),
    [context, store, session],
  );
  const hasResult = useStore(store, (state) => state.result !== null);
  usePaste(services.takeFiles, (address) => void session.openUrl(address));
  useUndoKeys(session);
  return (
    <LabServicesContext value={services}>
      <div className={classes.lab}>
        <Intro />
        <FailureNotice />
        <EngineNotice />
        <Toolbar />
        <Boxes />
        <Scores />
        {batch.files.length > 0 && (
          <Suspense fallback={null}>
            <BatchPanel key={batch.id} files={batch.files} onClose={() => setBatch({ id: batch.id, files: [] })} />
          </Suspense>
        )}
        {hasResult && (
          <Suspense fallback={null}>
            <Details />
          </Suspense>
        )}
      </div>
    </LabServicesContext>
  );
}
