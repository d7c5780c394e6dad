import { useEffect, useState } from 'react';
import type { LabProps } from '../../contract';
import '../styles';
import { ComparePanel } from './ComparePanel';
import { HolePanel } from './HolePanel';
import { SamplesPanel } from './SamplesPanel';
import { createTilesSession } from './session';
import { createTilesStore } from './store';
import { TilesContext, type TilesServices } from './tilesState';
import { WorldPanel } from './WorldPanel';
import classes from './TilesPanel.module.css';

/** "Learn it on 64 tiles": discrete diffusion where p(x0 | xt) is computed. Loaded on demand; what runs is stopped when it is left. */
export default function TilesPanel({ context: { engine } }: LabProps) {
  const [services] = useState<TilesServices>(() => {
    const store = createTilesStore();
    return { store, session: createTilesSession(store, engine) };
  });
  useEffect(() => () => services.session.dispose(), [services]);
  return (
    <TilesContext value={services}>
      <div className={classes.page}>
        <WorldPanel />
        <SamplesPanel />
        <ComparePanel />
        <HolePanel />
      </div>
    </TilesContext>
  );
}
