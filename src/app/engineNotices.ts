import type { EngineEvent } from '../engine/types';
import type { Notice } from '../labs/contract';

/** What the page says about an event of the engine. All about the device share one notice, which changes its words. */
export function noticeOf(event: EngineEvent): Notice {
  switch (event.kind) {
    case 'device-lost':
      return {
        id: 'device',
        kind: 'warning',
        title: 'The GPU went away',
        message: 'It is being started again; your picture is kept and the last run will be repeated.',
      };
    case 'device-restored': {
      const { backend, adapter, notice } = event.capabilities;
      return backend === 'webgpu'
        ? {
            id: 'device',
            kind: 'good',
            title: 'The GPU is back',
            message: `Running on ${adapter} again. Nothing was lost.`,
          }
        : {
            id: 'device',
            kind: 'warning',
            title: 'Going on without the GPU',
            message: `${notice ?? 'No GPU could be started again.'} Running on ${adapter}; nothing was lost.`,
          };
    }
    case 'engine-failed':
      return { id: 'device', kind: 'error', title: 'The engine stopped', message: event.message, action: 'reload' };
    case 'gpu-error':
      return { id: 'gpu-error', kind: 'error', title: 'The GPU reported an error', message: event.message };
  }
}
