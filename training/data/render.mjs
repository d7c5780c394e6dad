/**
 * Renders SVGs with resvg: node render.mjs <packages> <jobs.json> <first> <size> <out.raw> <progress.txt>
 *
 * jobs.json is a list of SVG strings. From job `first` on, each is drawn at twice the size, laid on white and averaged 2 x 2;
 * the RGB bytes are appended to out.raw. progress.txt gets a line `start i` before and `done i` after each job, because resvg
 * aborts the whole process on some drawings: the parent sees where it stopped and goes on behind it.
 */
import { appendFileSync, openSync, readFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { resolve } from 'node:path';

const [packages, jobsFile, first, sizeText, outFile, progressFile] = process.argv.slice(2);
const { Resvg } = createRequire(resolve(packages, 'package.json'))('@resvg/resvg-js');
const size = Number(sizeText);
const jobs = JSON.parse(readFileSync(jobsFile, 'utf8'));
const out = openSync(outFile, 'a');

/** One SVG as size * size * 3 bytes, centred, longer side fitted. */
function draw(svg) {
  const probe = new Resvg(svg);
  const mode = probe.width >= probe.height ? 'width' : 'height';
  const picture = new Resvg(svg, { fitTo: { mode, value: size * 2 } }).render();
  const { width, height, pixels } = picture; // premultiplied RGBA
  const left = (size * 2 - width) >> 1;
  const top = (size * 2 - height) >> 1;
  const rgb = Buffer.alloc(size * size * 3);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const sum = [0, 0, 0];
      for (let k = 0; k < 4; k++) {
        const sx = 2 * x + (k & 1) - left;
        const sy = 2 * y + (k >> 1) - top;
        const inside = sx >= 0 && sy >= 0 && sx < width && sy < height;
        const at = (sy * width + sx) * 4;
        for (let c = 0; c < 3; c++) sum[c] += inside ? pixels[at + c] + 255 - pixels[at + 3] : 255;
      }
      for (let c = 0; c < 3; c++) rgb[(y * size + x) * 3 + c] = Math.min(255, Math.round(sum[c] / 4));
    }
  }
  return rgb;
}

for (let i = Number(first); i < jobs.length; i++) {
  appendFileSync(progressFile, `start ${i}\n`);
  writeSync(out, draw(jobs[i]));
  appendFileSync(progressFile, `done ${i}\n`);
}
