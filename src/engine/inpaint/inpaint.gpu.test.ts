import { openTestGpu } from '../../gpu/testing/device';
import { describeInpainting } from './testing';

describeInpainting('webgpu', openTestGpu);
