import { useEffect } from 'react';
import type { EngineClient } from '../engine/types';
import { noticeOf } from './engineNotices';
import { notify } from './notify';

/** Tells the visitor what the engine says without being asked. */
export function useEngineNotices(engine: EngineClient): void {
  useEffect(() => engine.subscribe((event) => notify(noticeOf(event))), [engine]);
}
