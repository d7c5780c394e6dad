import { describeFitting } from './testing';

describeFitting('wasm', () => null);
