import { describePatches } from './testing/patches';

describePatches({ backend: 'cpu', gpu: () => null });
