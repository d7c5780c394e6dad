import { openTestGpu } from '../../gpu/testing/device';
import { describeSampling } from './testing';

describeSampling('webgpu', openTestGpu);
