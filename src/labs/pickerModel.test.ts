import { expect, it } from 'vitest';
import { dataOf, pickerModel } from './pickerModel';
import { fakeModel } from './testing/fakeEngine';

it('the picker gets the main scores in words, and the data without its hash', () => {
  const training = { metrics: {}, data: '8941 pictures, sha256 of all pixels 46' };
  const model = { ...fakeModel, training, metrics: { psnr: 29.263, ssim: 0.9341, minCodeUses: 3 } };
  expect(pickerModel(model)).toMatchObject({
    scores: ['29.26 dB', 'SSIM 0.934'],
    data: '8941 pictures',
    local: false,
  });
  expect(pickerModel({ ...fakeModel, metrics: {}, local: true })).toMatchObject({ scores: [], data: '', local: true });
  expect(dataOf({ training: { metrics: {}, data: 'my pictures' } })).toBe('my pictures');
});
