// One pass of a separable resampling of packed RGBA8: out = 255 + sum over t of weights[i, t] * (in[starts[i] + t] - 255),
// rounded to 8 bits, i = column (VERTICAL false) or row. Where weights sum to less than 1 the rest is white; alpha is 255.
// uses: lib/grid.wgsl
//
// pixels [rows, in_width] u32, red in the low byte; weights [size, taps], starts [size], size = out_width or out_height;
// taps is the length of `weights` / size. starts[i] + taps never goes past the input. One invocation = one output pixel.

struct Params {
  in_width: u32,
  out_width: u32,
  out_height: u32,
}

override VERTICAL: bool = false;
override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> pixels: array<u32>;
@group(0) @binding(1) var<storage, read> weights: array<f32>;
@group(0) @binding(2) var<storage, read> starts: array<i32>;
@group(0) @binding(3) var<storage, read_write> out: array<u32>;
@group(0) @binding(4) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= params.out_width * params.out_height) {
    return;
  }
  let row = item / params.out_width;
  let column = item - row * params.out_width;
  var i = column;
  var size = params.out_width;
  var step = 1u;
  var at = row * params.in_width;
  if (VERTICAL) {
    i = row;
    size = params.out_height;
    step = params.in_width;
    at = column;
  }
  let taps = arrayLength(&weights) / size;
  at += u32(starts[i]) * step;
  var sum = vec3f(255.0);
  for (var t = 0u; t < taps; t++) {
    let bytes = (vec3u(pixels[at]) >> vec3u(0u, 8u, 16u)) & vec3u(255u);
    sum += weights[i * taps + t] * (vec3f(bytes) - 255.0);
    at += step;
  }
  let rounded = vec3u(clamp(round(sum), vec3f(0.0), vec3f(255.0)));
  out[item] = rounded.x | (rounded.y << 8u) | (rounded.z << 16u) | 0xff000000u;
}
