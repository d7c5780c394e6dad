declare module '*/chromium.mjs' {
  /** Path of a Chromium, or null. */
  export function findChromium(): string | null;
  export const CHROMIUM_ARGS: string[];
}
declare module '*/serve.mjs' {
  import type { Server } from 'node:http';
  export const BASE_PATH: string;
  export function serve(port: number, site?: string): Promise<Server>;
}
