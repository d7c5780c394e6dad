import { expose } from 'comlink';
import { psnr, ssim } from '../metrics';
import type { Picture } from '../types';

const api = {
  measure: (a: Picture, b: Picture) => ({ psnr: psnr(a, b), ssim: ssim(a, b) }),
};

export type MeasureWorker = typeof api;

expose(api);
