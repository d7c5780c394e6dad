/** Published points of comparison. They measure distances of distributions (rFID), so they have a table of their own. */

export interface PublishedPoint {
  readonly model: string;
  /** Pixels per code and side. */
  readonly factor: number;
  readonly size: number;
  /** Reconstruction FID on the validation pictures of ImageNet, 256 px; lower is better. */
  readonly rFid: number;
}

/** As the table of the README of CompVis/taming-transformers has them. */
export const PUBLISHED: readonly PublishedPoint[] = [
  { model: 'VQGAN f16', factor: 16, size: 1024, rFid: 7.94 },
  { model: 'VQGAN f16', factor: 16, size: 16_384, rFid: 4.98 },
  { model: 'VQGAN f8', factor: 8, size: 256, rFid: 1.49 },
  { model: 'VQGAN f8, Gumbel', factor: 8, size: 8192, rFid: 1.49 },
  { model: 'VQGAN f8', factor: 8, size: 16_384, rFid: 1.14 },
  { model: 'DALL-E dVAE f8', factor: 8, size: 8192, rFid: 32.01 },
];

export const SOURCE = {
  words: 'Esser, Rombach and Ommer (2021) and the README of CompVis/taming-transformers: ImageNet validation, rFID',
  url: 'https://github.com/CompVis/taming-transformers#overview-of-pretrained-models',
} as const;
