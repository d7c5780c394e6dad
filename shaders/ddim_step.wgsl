// One step of DDIM, eta = 0 (Song et al. 2021, equation 12), from the predicted noise, with guidance.
// uses: lib/grid.wgsl lib/ddim.wgsl
//
// epsilon [samples, or twice as many with guidance; count, epsilon_stride]; x [2, samples, count, x_stride]: the latents, changed in
// place, and behind them the predicted x0; `dim` numbers of a row count. One invocation = one number.

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
  x[rows * run.x_stride + at] = x0;
  // The noise that goes with this x0.
  predicted = (value - step.signal_from * x0) / step.noise_from;
  x[at] = step.signal_to * x0 + step.noise_to * predicted;
}
