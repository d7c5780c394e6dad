// log of the probability that each map became xt, up to a constant of the sample: prior + differing places * (other - same). [MASK] fits
// every map. A code that is neither a code nor [MASK] gives NaN for its sample.
// uses: lib/grid.wgsl lib/exact.wgsl
//
// codes [samples, length] i32, maps [maps, length] i32, prior and log_weights [samples, maps] f32. One invocation = one map of one sample.
// Differing places are counted in whole numbers, so the sum has no order.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> codes: array<i32>;
@group(0) @binding(1) var<storage, read> maps: array<i32>;
@group(0) @binding(2) var<storage, read> prior: array<f32>;
@group(0) @binding(3) var<storage, read_write> log_weights: array<f32>;
@group(0) @binding(4) var<uniform> run: Run;
@group(0) @binding(5) var<uniform> step: Step;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= run.samples * run.maps) {
    return;
  }
  let sample = item / run.maps;
  let own = (item - sample * run.maps) * run.length;
  let xt = sample * run.length;
  var differing = 0u;
  var is_valid = true;
  for (var i = 0u; i < min(step.seen, run.length); i++) {
    let code = codes[xt + i];
    is_valid = is_valid && u32(code) <= run.codebook_size;
    differing += u32(code != maps[own + i] && u32(code) != run.codebook_size);
  }
  log_weights[item] = select(
    bitcast<f32>(run.nan),
    prior[item] + f32(differing) * (step.other - step.same),
    is_valid,
  );
}
