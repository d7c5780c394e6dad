import { describeSampling } from './testing';

describeSampling('wasm', () => null);
