import { useEffect, useState } from 'react';
import type { LabContext, LabProps } from '../../contract';
import '../styles';
import { ComparePanel } from './ComparePanel';
import { HolePanel } from './HolePanel';
import { LearnPanel } from './LearnPanel';
import { SamplesPanel } from './SamplesPanel';
import { createTilesSession } from './session';
import { createTilesStore } from './store';
import { TilesContext, type TilesServices } from './tilesState';
import { WorldPanel } from './WorldPanel';
import classes from './TilesPanel.module.css';

/** By the lab that is open: what was computed is still there when the visitor comes back from its other page. */
const opened = new WeakMap<LabContext, TilesServices>();

function servicesOf(context: LabContext): TilesServices {
  const known = opened.get(context);
  if (known) return known;
  const store = createTilesStore();
  const services = { store, session: createTilesSession(store, context.engine) };
  opened.set(context, services);
  return services;
}

/** "Learn it on 64 tiles": discrete diffusion where p(x0 | xt) is computed. Loaded on demand; what runs is stopped when it is left. */
export default function TilesPanel({ context }: LabProps) {
  const [services] = useState(() => servicesOf(context));
  useEffect(() => {
    void services.session.recall();
    return () => services.session.dispose();
  }, [services]);
  return (
    <TilesContext value={services}>
      <div className={classes.page}>
        <WorldPanel />
        <SamplesPanel />
        <LearnPanel />
        <ComparePanel />
        <HolePanel />
      </div>
    </TilesContext>
  );
}
