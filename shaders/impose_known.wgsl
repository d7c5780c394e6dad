// Puts known codes back after a step, noised as far as the step where run.noised is 1 (src/diffusion/run.ts, impose and noised).
// uses: lib/grid.wgsl lib/philox.wgsl lib/sampler.wgsl
//
// known [samples, length], less than 0: free; xt [samples, length], changed at the places of the span. One invocation = one place.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> known: array<i32>;
@group(0) @binding(1) var<storage, read_write> xt: array<i32>;
@group(0) @binding(2) var<uniform> run: Run;
@group(0) @binding(3) var<uniform> step: Step;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let row = linear_index(group, groups, local, WG);
  if (row >= run.samples * step.count) {
    return;
  }
  let sample = row / step.count;
  let place = step.first + row - sample * step.count;
  let at = sample * run.length + place;
  var code = known[at];
  if (code < 0) {
    return;
  }
  if (run.noised == 1u) {
    let bits = philox(run.seed + sample, vec3u(step.number, place, DRAW_KNOWN));
    let whether = to_uniform(bits).x;
    if (whether < step.gamma_bar_to) {
      code = i32(run.codebook_size);
    } else if (whether >= step.gamma_bar_to + step.alpha_bar_to) {
      code = i32(to_index(bits.y, run.codebook_size));
    }
  }
  xt[at] = code;
}
