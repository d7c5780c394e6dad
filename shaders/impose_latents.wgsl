// Puts the latents of known codes back after a DDIM step, noised as far as the step: q(xt | x0).
// uses: lib/grid.wgsl lib/philox.wgsl lib/ddim.wgsl
//
// known [samples, count], less than 0: free; codebook [codes, x_stride], normalised as x is; x [samples, count, x_stride] (what lies behind is
// not touched), changed where a code is known. The noise is that of src/diffusion/random.ts. One invocation = one number.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> known: array<i32>;
@group(0) @binding(1) var<storage, read> codebook: array<f32>;
@group(0) @binding(2) var<storage, read_write> x: array<f32>;
@group(0) @binding(3) var<uniform> run: Run;
@group(0) @binding(4) var<uniform> step: Step;

// Third counter of the random numbers: DRAW.gaussian in src/diffusion/random.ts.
const DRAW_GAUSSIAN = 0x20000u;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= run.samples * run.count * run.dim) {
    return;
  }
  let row = item / run.dim;
  let column = item - row * run.dim;
  let code = known[row];
  if (code < 0) {
    return;
  }
  let sample = row / run.count;
  let place = row - sample * run.count;
  let bits = philox(run.seed + sample, vec3u(step.number, place, DRAW_GAUSSIAN + column / 2u));
  let noise = to_normals(to_uniform(bits))[column % 2u];
  x[row * run.x_stride + column] = step.signal_to * codebook[u32(code) * run.x_stride + column] + step.noise_to * noise;
}
