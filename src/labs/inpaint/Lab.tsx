import { lazy, Suspense, useMemo } from 'react';
import { useStore } from 'zustand';
import { usePaste } from '../../ui/usePaste';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import { createLab, specOfLink, type LabParts } from './create';
import { AnswersPanel } from './parts/AnswersPanel';
import { CanvasCard } from './parts/CanvasCard';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice } from './parts/Notices';
import { SettingsPanel } from './parts/SettingsPanel';
import { useKeys } from './parts/useKeys';
import './styles';
import classes from './Lab.module.css';

const Details = lazy(() => import('./parts/Details'));
const RestorePanel = lazy(() => import('./parts/RestorePanel'));

/** The inpaint lab. */
export default function InpaintLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  const hasAnswer = useStore(store, (state) => state.shown !== null);
  const hasPicture = useStore(store, (state) => state.picture !== null);
  useKeys(store, session);
  usePaste(
    ([file]) => file && void session.open(file, file.name),
    (address) => void session.openUrl(address),
  );
  return (
    <LabServicesContext value={services}>
      <div className={classes.lab}>
        <Intro />
        <FailureNotice />
        <EngineNotice />
        <div className={classes.desk}>
          <div className={classes.work}>
            <CanvasCard />
            <AnswersPanel />
            {hasAnswer && (
              <Suspense fallback={null}>
                <Details />
              </Suspense>
            )}
            {hasPicture && (
              <Suspense fallback={null}>
                <RestorePanel />
              </Suspense>
            )}
          </div>
          <SettingsPanel />
        </div>
      </div>
    </LabServicesContext>
  );
}
