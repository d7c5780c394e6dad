import { codebook } from './codebook/lab';
import { collapse } from './collapse/lab';
import { codebookSize } from './codebook-size/lab';
import type { LabDefinition } from './contract';
import { generate } from './generate/lab';
import { inpaint } from './inpaint/lab';
import { paint } from './paint/lab';
import { quantizers } from './quantizers/lab';
import { reconstruct } from './reconstruct/lab';

/** The catalogue: every folder beside this file is listed here (labs.test.ts checks it). The first one is the landing page. */
export const labs: readonly [LabDefinition, ...LabDefinition[]] = [
  reconstruct,
  generate,
  inpaint,
  codebook,
  collapse,
  paint,
  quantizers,
  codebookSize,
];
