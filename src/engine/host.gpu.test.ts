import { openTestGpu } from '../gpu/testing/device';
import { describeJourney } from './testing/journey';

describeJourney({ backend: 'webgpu', gpu: openTestGpu });
