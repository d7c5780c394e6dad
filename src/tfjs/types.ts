export type TfjsBackendName = 'cpu' | 'wasm' | 'webgpu';

export interface TfjsBackend {
  readonly name: TfjsBackendName;
  /** Threads of the WASM backend; 1 elsewhere. More than one needs a cross-origin isolated page. */
  readonly threads: number;
  /** Frees the backend and every tensor on it. */
  dispose(): void;
}
