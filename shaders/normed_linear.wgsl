// Adaptive LayerNorm and the linear layer behind it: y = activation(bias + n w), n = (x - mean) / sqrt(variance + eps) *
// (1 + scale) + shift, biased variance, no affine; shift and scale = modulation + table of the row's sample (adaLN, DiT).
// The normalised rows are never written: an invocation makes mean and variance of its own rows, in the order of layer_norm.
// variants: f32 f16 f16_f32
// tiles: 6x1 4x2 4x1
// uses: lib/activation.wgsl
//
// x [samples, in_rows, in_vectors] of vec4f (a residual stream is f32 whatever the weights are), of which rows first ..
// first + rows are taken; weight [in_vectors, out_vectors, 4] of vec4 as linear's, bias [out_vectors] of vec4f;
// modulation [samples, modulation_vectors] and table of vec4f; out [samples, rows, out_vectors] of vec4. Sums are f32.
// An invocation makes TILE_A rows of one sample x `slice` times TILE_B vectors: a larger slice shares the statistics.
// No barriers. Grid: x = slices, y = tiles of rows, z = samples.

struct Params {
  rows: u32,
  first: u32,
  in_rows: u32,
  in_vectors: u32,
  out_vectors: u32,
  slice: u32,
  modulation_vectors: u32,
  shift_modulation: u32,
  shift_table: u32,
  scale_modulation: u32,
  scale_table: u32,
  eps: f32,
}

// 0 none, 1 SiLU, 2 GELU
override ACTIVATION: u32 = 0;
override WG_X: u32 = 1;
override WG_Y: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<vec4f>;
@group(0) @binding(1) var<storage, read> weight: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> modulation: array<vec4f>;
@group(0) @binding(4) var<storage, read> table: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_id) local: vec3u) {
  let from_column = (group.x * WG_X + local.x) * params.slice * TILE_B;
  let row = (group.y * WG_Y + local.y) * TILE_A;
  if (row >= params.rows || from_column >= params.out_vectors) {
    return;
  }
  let to_column = min(from_column + params.slice * TILE_B, params.out_vectors);
  let sample = group.z;
  let width = f32(4u * params.in_vectors);
  // A tile that sticks out computes the last row or vector again and stores it once.
  //: for p in 0..TILE_A
  let row_$p = min(row + $pu, params.rows - 1u);
  let start_$p = (sample * params.in_rows + params.first + row_$p) * params.in_vectors;
  var sums_$p = vec4f(0.0);
  var squares_$p = vec4f(0.0);
  //: end
  for (var i = 0u; i < params.in_vectors; i++) {
    //: for p in 0..TILE_A
    sums_$p += x[start_$p + i];
    //: end
  }
  //: for p in 0..TILE_A
  let mean_$p = (sums_$p.x + sums_$p.y + sums_$p.z + sums_$p.w) / width;
  //: end
  for (var i = 0u; i < params.in_vectors; i++) {
    //: for p in 0..TILE_A
    let d_$p = x[start_$p + i] - mean_$p;
    squares_$p += d_$p * d_$p;
    //: end
  }
  //: for p in 0..TILE_A
  let variance_$p = (squares_$p.x + squares_$p.y + squares_$p.z + squares_$p.w) / width;
  let rate_$p = inverseSqrt(variance_$p + params.eps);
  //: end
  let of_sample = sample * params.modulation_vectors;
  let shift_modulation = of_sample + params.shift_modulation;
  let scale_modulation = of_sample + params.scale_modulation;
  let shift_table = params.shift_table;
  let scale_table = params.scale_table;
  let step = params.out_vectors * 4u;
  for (var column = from_column; column < to_column; column += TILE_B) {
    //: for c in 0..TILE_B
    let column_$c = min(column + $cu, params.out_vectors - 1u);
    let bias_$c = bias[column_$c];
    //: for p in 0..TILE_A
    var sum_$p_$c = bias_$c;
    //: end
    //: end
    var at_weight = 0u;
    for (var i = 0u; i < params.in_vectors; i++) {
      let shift = modulation[shift_modulation + i] + table[shift_table + i];
      let scale = 1.0 + (modulation[scale_modulation + i] + table[scale_table + i]);
      //: for p in 0..TILE_A
      let n_$p = (x[start_$p + i] - mean_$p) * rate_$p * scale + shift;
      //: end
      //: for c in 0..TILE_B
      //: for j in 0..4
      let w_$c_$j = vec4f(weight[at_weight + column_$c * 4u + $ju]);
      //: end
      //: for p in 0..TILE_A
      sum_$p_$c += w_$c_0 * n_$p.x + w_$c_1 * n_$p.y + w_$c_2 * n_$p.z + w_$c_3 * n_$p.w;
      //: end
      //: end
      at_weight += step;
    }
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    if (ACTIVATION == 1u) {
      sum_$p_$c = silu(sum_$p_$c);
    }
    if (ACTIVATION == 2u) {
      sum_$p_$c = gelu(sum_$p_$c);
    }
    if (row + $pu < params.rows && column + $cu < params.out_vectors) {
      out[(sample * params.rows + row_$p) * params.out_vectors + column_$c] = OutElem4(sum_$p_$c);
    }
    //: end
    //: end
  }
}
