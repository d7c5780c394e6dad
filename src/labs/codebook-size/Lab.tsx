import { lazy, Suspense, useMemo } from 'react';
import { usePaste } from '../../ui/usePaste';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import { createLab, specOfLink, type LabParts } from './create';
import { Boxes } from './parts/Boxes';
import { Intro } from './parts/Intro';
import { LabServicesContext, useKeys, useLabState, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice } from './parts/Notices';
import { Scores } from './parts/Scores';
import { SizeBar } from './parts/SizeBar';
import './styles';
import classes from './Lab.module.css';

const Details = lazy(() => import('./parts/Details'));

/** The codebook-size lab. */
export default function CodebookSizeLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  if (!parts) return null;
  return <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  useKeys(session);
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
        <SizeBar />
        <Boxes />
        <Scores />
        <Below />
      </div>
    </LabServicesContext>
  );
}

/** The chart and what grows, once there is something to compare. */
function Below() {
  const hasWhole = useLabState((state) => state.whole !== null);
  return (
    hasWhole && (
      <Suspense fallback={null}>
        <Details />
      </Suspense>
    )
  );
}
