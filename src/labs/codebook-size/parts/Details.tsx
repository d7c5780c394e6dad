import { lazy, Suspense } from 'react';
import GrowPanel from '../grow/GrowPanel';
import { selectModel } from '../store';
import { useLab, useLabState } from './labState';
import { Published } from './Published';
import { RatePanel } from './RatePanel';
import classes from './Details.module.css';

const RateChart = lazy(() => import('./RateChart'));

/** What lies below the pictures. */
export default function Details() {
  return (
    <div className={classes.details}>
      <RatePanel>
        <Suspense fallback={<div className={classes.chart} />}>
          <RateChart />
        </Suspense>
      </RatePanel>
      <div className={classes.wide}>
        <Grow />
      </div>
      <Published />
    </div>
  );
}

/** From the codes on the screen; what is kept comes back onto it. */
function Grow() {
  const { context, session } = useLab();
  const model = useLabState(selectModel);
  const shown = useLabState((state) => state.shown);
  if (!model || !shown) return null;
  return (
    <GrowPanel
      context={context}
      model={model}
      variantId={shown.modelId}
      size={shown.size}
      onVariant={(id) => void session.showVariant(id)}
    />
  );
}
