import { useEffect } from 'react';
import type { EngineClient } from '../engine/types';
import { notify } from './notify';

/** Tells of a lost device and of its return in one notice that changes its words. */
export function useEngineNotices(engine: EngineClient): void {
  useEffect(
    () =>
      engine.subscribe((event) => {
        switch (event.kind) {
          case 'device-lost':
            return notify({
              id: 'device',
              kind: 'warning',
              title: 'The GPU went away',
              message: 'It is being started again; your picture is kept and the last run will be repeated.',
            });
          case 'device-restored':
            return notify({
              id: 'device',
              kind: 'good',
              title: 'The GPU is back',
              message: `Running on ${event.adapter} again. Nothing was lost.`,
            });
          case 'gpu-error':
            return notify({
              id: 'gpu-error',
              kind: 'error',
              title: 'The GPU reported an error',
              message: event.message,
            });
        }
      }),
    [engine],
  );
}
