import { lazy, Suspense, useMemo } from 'react';
import { useStore } from 'zustand';
import { usePaste } from '../../ui/usePaste';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import { createLab, specOfLink, type LabParts } from './create';
import { Actions } from './parts/Actions';
import { Desk } from './parts/Desk';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice, LabNotice, OpeningLine } from './parts/Notices';
import { Palette } from './parts/Palette';
import { SecondPanel } from './parts/SecondPanel';
import { ToolBar } from './parts/ToolBar';
import { useCodeClipboard, useKeys } from './parts/useKeys';
import './styles';
import classes from './Lab.module.css';

const MixPanel = lazy(() => import('./parts/MixPanel'));

/** The paint lab. */
export default function PaintLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  const hasPainting = useStore(store, (state) => state.opened !== null);
  useKeys(store, session);
  useCodeClipboard(session);
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
        <ToolBar />
        <div className={classes.desk}>
          <div className={classes.work}>
            <Desk />
            {hasPainting && (
              <>
                <SecondPanel />
                <Suspense fallback={null}>
                  <MixPanel />
                </Suspense>
              </>
            )}
          </div>
          <div className={classes.side}>
            <Palette />
            <Actions />
          </div>
        </div>
        <div className={classes.over}>
          <OpeningLine />
          <LabNotice />
        </div>
      </div>
    </LabServicesContext>
  );
}
