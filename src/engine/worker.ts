/** The engine worker's entry: the one place where the engine meets a browser worker's globals. */
import * as Comlink from 'comlink';
import { browserGpu } from '../gpu/device';
import { EngineHost } from './host';

Comlink.expose(new EngineHost({ gpu: browserGpu() }));
