import { useEffect, useMemo, useState } from 'react';
import type { LabProps } from '../contract';
import { createLab, specOfLink, type LabParts } from './create';
import { Intro } from './parts/Intro';
import { LabServicesContext, type LabServices } from './parts/labState';
import { EngineNotice, FailureNotice } from './parts/Notices';
import { SamplesPanel } from './parts/SamplesPanel';
import { SettingsPanel } from './parts/SettingsPanel';
import { StepsPanel } from './parts/StepsPanel';
import { Toolbar } from './parts/Toolbar';
import { useKeys } from './parts/useKeys';
import classes from './Lab.module.css';

/** The generate lab. A link is read before anything is shown; without one there is no wait. */
export default function GenerateLab({ context }: LabProps) {
  const { link } = context;
  const [parts, setParts] = useState<LabParts | null>(() => (link === null ? createLab(context) : null));
  useEffect(() => {
    if (parts || link === null) return;
    let gone = false;
    void specOfLink(context, link).then((spec) => !gone && setParts(createLab(context, spec)));
    return () => {
      gone = true;
    };
  }, [context, link, parts]);
  useEffect(() => {
    if (!parts) return;
    void parts.session.start();
    return () => parts.session.dispose();
  }, [parts]);
  return parts && <Screen context={context} parts={parts} />;
}

function Screen({ context, parts }: LabProps & { parts: LabParts }) {
  const { store, session } = parts;
  const services = useMemo<LabServices>(() => ({ context, store, session }), [context, store, session]);
  useKeys(store, session);
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
      </div>
    </LabServicesContext>
  );
}
