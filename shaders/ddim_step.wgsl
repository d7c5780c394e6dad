// One step of DDIM, eta = 0 (Song et al. 2021, equation 12), from the predicted noise, with guidance. Latents of known codes are put back, noised as
// far as the step: q(xt | x0).
// uses: lib/grid.wgsl lib/philox.wgsl lib/ddim.wgsl
//
// epsilon [samples, or twice as many with guidance; count, epsilon_stride]; known [samples, count], less than 0: free; codebook [codes, x_stride],
// normalised as x is; units [2, x_stride]: deviation and mean of a latent's numbers; x [2, samples, count, x_stride]: the latents, changed in
// place, and behind them the predicted x0; points: both in the codebook's own units. `dim` numbers of a row count, the rest is not touched.
// The noise is that of src/diffusion/random.ts. One invocation = one number.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> epsilon: array<f32>;
@group(0) @binding(1) var<storage, read> known: array<i32>;
@group(0) @binding(2) var<storage, read> codebook: array<f32>;
@group(0) @binding(3) var<storage, read> units: array<f32>;
@group(0) @binding(4) var<storage, read_write> x: array<f32>;
@group(0) @binding(5) var<storage, read_write> points: array<f32>;
@group(0) @binding(6) var<uniform> run: Run;
@group(0) @binding(7) var<uniform> step: Step;

// Third counter of the random numbers: DRAW.gaussian in src/diffusion/random.ts.
const DRAW_GAUSSIAN = 0x20000u;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  let rows = run.samples * run.count;
  if (item >= rows * run.dim) {
    return;
  }
  let row = item / run.dim;
  let column = item - row * run.dim;
  let at = row * run.x_stride + column;
  let value = x[at];
  var predicted = epsilon[row * run.epsilon_stride + column];
  if (run.guided == 1u) {
    let without = epsilon[(rows + row) * run.epsilon_stride + column];
    predicted = without + run.guidance * (predicted - without);
  }
  var x0 = step.signal_from * value;
  if (step.blind == 0u) {
    x0 = clamp((value - step.noise_from * predicted) / step.signal_from, -step.limit, step.limit);
  }
  // The noise that goes with this x0.
  predicted = (value - step.signal_from * x0) / step.noise_from;
  var next = step.signal_to * x0 + step.noise_to * predicted;
  if (run.imposes == 1u && known[row] >= 0) {
    let clean = codebook[u32(known[row]) * run.x_stride + column];
    next = step.signal_to * clean + step.noise_to * noise_at(row, column);
  }
  let deviation = units[column];
  let mean = units[run.x_stride + column];
  let behind = rows * run.x_stride + at;
  x[at] = next;
  x[behind] = x0;
  points[at] = next * deviation + mean;
  points[behind] = x0 * deviation + mean;
}

fn noise_at(row: u32, column: u32) -> f32 {
  let sample = row / run.count;
  let place = row - sample * run.count;
  let bits = philox(run.seed + sample, vec3u(step.number, place, DRAW_GAUSSIAN + column / 2u));
  return to_normals(to_uniform(bits))[column % 2u];
}
