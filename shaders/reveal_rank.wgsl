// Second half of a revealing step: of a sample's masked places the `masked` of least priority stay [MASK], the others take their
// candidates; of equals the first place is revealed first (src/diffusion/run.ts, reveal).
// uses: lib/grid.wgsl lib/sampler.wgsl
//
// candidate, priority [samples * count]: of reveal_candidates.wgsl; xt [samples, length], changed at the places of the span.
// One invocation = one place; it counts who comes before it, so the work grows with the square of `count`. Reads no xt: no race.

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> candidate: array<i32>;
@group(0) @binding(1) var<storage, read> priority: array<f32>;
@group(0) @binding(2) var<storage, read_write> xt: array<i32>;
@group(0) @binding(3) var<uniform> run: Run;
@group(0) @binding(4) var<uniform> step: Step;

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
  let own = priority[row];
  if (own >= FOREVER) {
    return;
  }
  let sample = row / step.count;
  let start = sample * step.count;
  let i = row - start;
  var before = 0u;
  var masked = 0u;
  for (var j = 0u; j < step.count; j++) {
    let other = priority[start + j];
    if (other < FOREVER) {
      masked++;
      if (other > own || (other == own && j < i)) {
        before++;
      }
    }
  }
  if (before + step.masked < masked) {
    xt[sample * run.length + step.first + i] = candidate[row];
  }
}
