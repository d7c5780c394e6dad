// One step of DDIM, eta = 0 (Song et al. 2021, equation 12), from the predicted noise, with guidance.
// uses: lib/grid.wgsl
//
// epsilon [samples, or twice as many with guidance; count, epsilon_stride]; x [samples, count, x_stride], changed in place; `dim` numbers of
// a row count. One invocation = one number. src/kernels/ddimStep/index.ts packs both structs.

struct Run {
  samples: u32,
  count: u32,
  dim: u32,
  x_stride: u32,
  epsilon_stride: u32,
  // 1: the second half of epsilon is without the condition.
  guided: u32,
  guidance: f32,
}

struct Step {
  // Square roots of alphaBar and of 1 - alphaBar, before and after the step.
  signal_from: f32,
  noise_from: f32,
  signal_to: f32,
  noise_to: f32,
  // x0 is held within -limit .. limit.
  limit: f32,
  // 1: next to nothing of x0 is left. epsilon then tells nothing of it (it would be divided by signal_from); the best guess of
  // normalised data is signal_from x, nearly the mean.
  blind: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> epsilon: array<f32>;
@group(0) @binding(1) var<storage, read_write> x: array<f32>;
@group(0) @binding(2) var<uniform> run: Run;
@group(0) @binding(3) var<uniform> step: Step;

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
  x[at] = step.signal_to * x0 + step.noise_to * predicted;
}
