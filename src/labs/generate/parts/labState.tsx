import { createContext, useContext, useMemo } from 'react';
import { useStore } from 'zustand';
import { lengthOf, type Layout } from '../../../diffusion/layout';
import type { SampleFrame } from '../../../engine/types';
import type { LabContext } from '../../contract';
import { endFrame, sampleOf } from '../frames';
import type { GenerateSession } from '../session';
import {
  selectAt,
  selectNode,
  selectNodeModel,
  selectTrace,
  type GenerateState,
  type GenerateStore,
  type GenerateView,
} from '../store';

/** What the parts of the lab share. */
export interface LabServices {
  readonly context: LabContext;
  readonly store: GenerateStore;
  readonly session: GenerateSession;
}

export const LabServicesContext = createContext<LabServices | null>(null);

export function useLab(): LabServices {
  const services = useContext(LabServicesContext);
  if (!services) throw new Error('useLab outside of the generate lab');
  return services;
}

/** A piece of the lab's state; the component renders anew only when that piece changes. */
export const useLabState = <T,>(select: (state: GenerateState) => T): T => useStore(useLab().store, select);

/** Changes what the visitor looks at. */
export function useSetView(): (patch: Partial<GenerateView>) => void {
  const { store } = useLab();
  return (patch) => store.setState((state) => ({ view: { ...state.view, ...patch } }));
}

const noLayout: Layout = [];

/** The run on the screen, its states, and the state that is looked at. */
export function useShown() {
  const node = useLabState(selectNode);
  const model = useLabState(selectNodeModel);
  const trace = useLabState(selectTrace);
  const at = useLabState(selectAt);
  const sample = useLabState((state) => state.view.sample);
  const layout = model?.config.grids ?? noLayout;
  // Where the steps were let go the end is still known.
  const end = useMemo(() => (node && trace.length === 0 ? endFrame(node) : null), [node, trace.length]);
  const frame = trace[at] ?? end;
  const before = at > 0 ? (trace[at - 1] ?? null) : null;
  const part = useMemo(() => {
    const N = lengthOf(layout);
    const codes = (one: SampleFrame | null) => one && sampleOf(one.codes, sample, N);
    return { codes: codes(frame), codesBefore: codes(before) };
  }, [layout, sample, frame, before]);
  return { node, model, trace, at, sample, layout, frame, before, ...part };
}
