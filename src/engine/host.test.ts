import { describeJourney } from './testing/journey';

describeJourney({ backend: 'cpu', gpu: () => null });
