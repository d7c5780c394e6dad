import type { BackendChoice } from '../engine/types';

/** The switches of the page's address. */
export interface PageQuery {
  /** `?models=<url>`: another model folder; ends in a slash. */
  readonly modelsUrl: string;
  /** `?backend=webgpu|wasm|cpu`. */
  readonly backend: BackendChoice;
}

const choices: readonly BackendChoice[] = ['auto', 'webgpu', 'wasm', 'cpu'];

/** Reads `location.search`. Unknown values mean the default. */
export function parseQuery(search: string): PageQuery {
  const query = new URLSearchParams(search);
  const models = query.get('models') || 'models/';
  return {
    modelsUrl: models.endsWith('/') ? models : `${models}/`,
    backend: choices.find((choice) => choice === query.get('backend')) ?? 'auto',
  };
}
