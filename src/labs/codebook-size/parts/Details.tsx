import { lazy, Suspense } from 'react';
import { selectModel } from '../store';
import { useLab, useLabState } from './labState';
import { Published } from './Published';
import { RatePanel } from './RatePanel';
import classes from './Details.module.css';

const RateChart = lazy(() => import('./RateChart'));
const GrowPanel = lazy(() => import('../grow/GrowPanel'));

/** What lies below the pictures. */
export default function Details() {
  return (
    <div className={classes.details}>
      <RatePanel>
        <Suspense fallback={<div className={classes.chart} />}>
          <RateChart />
        </Suspense>
      </RatePanel>
      <Published />
      <Grow />
    </div>
  );
}

/** Growing begins with what is on the screen: a variant, a model of the ladder, or the model itself. */
function Grow() {
  const { context, session } = useLab();
  const chosen = useLabState(selectModel);
  const shown = useLabState((state) => state.shown);
  const trained = useLabState((state) => state.models.find(({ id }) => id === state.shown?.modelId));
  const model = trained ?? chosen;
  if (!model || !shown) return null;
  return (
    <div className={classes.wide}>
      <Suspense fallback={null}>
        <GrowPanel
          key={model.id}
          context={context}
          model={model}
          variantId={shown.modelId}
          size={shown.size}
          onVariant={(id) => void session.showVariant(id)}
        />
      </Suspense>
    </div>
  );
}
