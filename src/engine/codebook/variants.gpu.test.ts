import { countLiveBytes } from '../../gpu/testing/liveBytes';
import { openTestGpu } from '../../gpu/testing/device';
import { describeVariants } from './testing';

/** Buffers that live, and how often the driver was asked for a pipeline. */
function countLive() {
  const live = countLiveBytes();
  let pipelines = 0;
  // eslint-disable-next-line @typescript-eslint/unbound-method
  const create = GPUDevice.prototype.createComputePipelineAsync;
  GPUDevice.prototype.createComputePipelineAsync = function (descriptor) {
    pipelines++;
    return create.call(this, descriptor);
  };
  return () => ({ labels: live.labels, pipelines });
}

describeVariants({ backend: 'webgpu', gpu: openTestGpu, countLive });
