import { openTestGpu } from '../../gpu/testing/device';
import { countLiveBytes } from '../../gpu/testing/liveBytes';
import { describeGrowing } from './testing';

describeGrowing('webgpu', openTestGpu, () => {
  const live = countLiveBytes();
  return () => live.labels;
});
