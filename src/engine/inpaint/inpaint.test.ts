import { describeInpainting } from './testing';

describeInpainting('wasm', () => null);
