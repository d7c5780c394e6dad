import { useMemo } from 'react';
import { usePaste } from '../../ui/usePaste';
import type { LabProps } from '../contract';
import { useLabParts } from '../useLabParts';
import { useUndoKeys } from '../useUndoKeys';
import { createLab, specOfLink, type LabParts } from './create';
import { Difference } from './parts/Difference';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice, LabNotice } from './parts/Notices';
import { Side } from './parts/Side';
import '@mantine/core/styles/Slider.layer.css';
import classes from './Lab.module.css';

/** The quantizers lab. */
export default function QuantizersLab({ context }: LabProps) {
  const parts = useLabParts(context, createLab, specOfLink);
  return parts && <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  useUndoKeys(session);
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
        <LabNotice />
        <div className={classes.pair}>
          <Side side="left" />
          <Side side="right" />
        </div>
        <Difference />
      </div>
    </LabServicesContext>
  );
}
