import { openTestGpu } from '../gpu/testing/device';
import { describePatches } from './testing/patches';

let count = 0;

function gpu(): GPU {
  const opened = openTestGpu();
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const map = GPUBuffer.prototype.mapAsync;
  GPUBuffer.prototype.mapAsync = function (...range) {
    count++;
    return map.apply(this, range);
  };
  return opened;
}

describePatches({ backend: 'webgpu', gpu, readbacks: () => count });
