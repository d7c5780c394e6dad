import { tensorCount } from '../../tfjs/lower';
import { describeVariants } from './testing';

describeVariants({ backend: 'cpu', gpu: () => null, countLive: () => tensorCount });
