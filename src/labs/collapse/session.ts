/** The show: begins, plays, pauses, steps; a change of the settings begins it anew. One run of the engine at a time. */
import type { EngineClient, TheatreFrame, TheatreOptions } from '../../engine/types';
import { sameValue } from '../../experiment/spec';
import { isAbort, messageOf, unlessAborted } from '../abort';
import type { CollapseSpec } from './spec';
import { withPoint, type CollapseStore } from './store';

export interface SpecHistory {
  readonly current: CollapseSpec;
  readonly canUndo: boolean;
  readonly canRedo: boolean;
  push(next: CollapseSpec, change?: { label?: string; gesture?: string }): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
}

export interface SessionServices {
  readonly engine: Pick<EngineClient, 'trainTheatre'>;
  readonly history: SpecHistory;
  /** Called when the settings have changed. */
  readonly onSpec?: (spec: CollapseSpec) => void;
}

export interface CollapseSession {
  start(): Promise<void>;
  /** Until it is paused, or the act is over. */
  play(): Promise<void>;
  pause(): void;
  /** One step of both sides. */
  step(): Promise<void>;
  /** Back to the first frame. */
  reset(): Promise<void>;
  change(patch: Partial<CollapseSpec>, gesture?: string): void;
  endGesture(): void;
  undo(): void;
  redo(): void;
  setSpeed(speed: number): void;
  dispose(): void;
}

/** Steps of an act: then it pauses by itself. */
export const ACT = 1000;
/** Frames come no faster: the page draws each one. */
const FRAME_MS = 40;

export function createCollapseSession(store: CollapseStore, services: SessionServices): CollapseSession {
  const { engine, history } = services;
  const set = store.setState;
  let running: AbortController | null = null;

  const stop = () => {
    running?.abort();
    running = null;
  };

  function take(frame: TheatreFrame): void {
    set(({ curve }) => ({ frame, curve: withPoint(curve, frame) }));
  }

  /** One call of the engine; what was shown stays when it is stopped or fails. */
  async function perform(steps: number, from: TheatreOptions['from']): Promise<void> {
    stop();
    const mine = (running = new AbortController());
    const { speed } = store.getState();
    const { left, right, ...stage } = history.current;
    set({ phase: steps > 0 ? 'playing' : 'opening', failure: null });
    const options: TheatreOptions = {
      ...{ stage, recipes: [left, right], from, steps, frameMs: FRAME_MS },
      stepsPerFrame: Math.min(speed, Math.max(1, steps)),
    };
    try {
      // Frames come by another way than the result: those of a run that was stopped are let go.
      const onFrame = (frame: TheatreFrame) => running === mine && take(frame);
      const done = engine.trainTheatre(options, onFrame, { signal: mine.signal });
      const { scene, frame, backend } = await unlessAborted(mine.signal, done);
      if (running !== mine) return;
      set({ scene, frame, backend, phase: 'idle' });
      if (steps === 0) set({ curve: withPoint([], frame) });
    } catch (error) {
      if (running !== mine && isAbort(error)) return;
      set(isAbort(error) ? { phase: 'idle' } : { phase: 'failed', failure: messageOf(error) });
    } finally {
      if (running === mine) running = null;
    }
  }

  const open = () => perform(0, 'scratch');

  /** After the settings changed. */
  function follow(): void {
    const { current, canUndo, canRedo } = history;
    const before = store.getState().spec;
    set({ spec: current, canUndo, canRedo });
    if (sameValue(before, current)) return;
    services.onSpec?.(current);
    void open();
  }

  return {
    start: open,
    async play() {
      if (running) return;
      await perform(ACT, 'kept');
    },
    pause() {
      stop();
      set({ phase: 'idle' });
    },
    async step() {
      if (running) return;
      await perform(1, 'kept');
    },
    reset: open,
    change(patch, gesture) {
      history.push({ ...history.current, ...patch }, gesture === undefined ? {} : { gesture });
      follow();
    },
    endGesture: () => history.endGesture(),
    undo() {
      history.undo();
      follow();
    },
    redo() {
      history.redo();
      follow();
    },
    setSpeed(speed) {
      const { phase } = store.getState();
      set({ speed });
      if (phase === 'playing') void perform(ACT, 'kept');
    },
    dispose: stop,
  };
}
