import { openTestGpu } from '../../gpu/testing/device';
import { describeFitting } from './testing';

describeFitting('webgpu', openTestGpu);
