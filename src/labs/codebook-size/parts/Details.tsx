import { lazy, Suspense } from 'react';
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
      <Published />
    </div>
  );
}
