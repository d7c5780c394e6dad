// Linear layer with bias: y = activation(bias + x w). GATED: out = residual + gate * y, gate = modulation + table of the
// row's sample (a transformer block's gated residual, DiT). SILU_X: x goes through SiLU on its way in.
// variants: f32 f16 f16_f32
// tiles: 8x1 4x2 4x1
// uses: lib/activation.wgsl
//
// x [rows, in_vectors] of vec4, weight [in_vectors, out_vectors, 4] of vec4 (element j: the weights of input 4 i + j),
// bias [out_vectors] of vec4f, residual and out [rows, out_vectors] of vec4. modulation [samples, modulation_vectors] and
// table of vec4f: the gate stands at gate_modulation and gate_table, out_vectors of each. Sums are f32. No barriers.
// An invocation makes TILE_A rows x TILE_B vectors, in registers. Grid: x = vectors, y (going on in z) = tiles of rows.
// Slots that are not used are bound to any other input.

struct Params {
  rows: u32,
  tiles: u32,
  in_vectors: u32,
  out_vectors: u32,
  rows_per_sample: u32,
  modulation_vectors: u32,
  gate_modulation: u32,
  gate_table: u32,
}

// 0 none, 1 SiLU, 2 GELU
override ACTIVATION: u32 = 0;
override GATED: bool = false;
override SILU_X: bool = false;
override WG_X: u32 = 1;
override WG_Y: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read> weight: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<OutElem4>;
@group(0) @binding(4) var<storage, read> modulation: array<vec4f>;
@group(0) @binding(5) var<storage, read> table: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(7) var<uniform> params: Params;

@compute @workgroup_size(WG_X, WG_Y)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let column = (group.x * WG_X + local.x) * TILE_B;
  let tile = (group.z * groups.y + group.y) * WG_Y + local.y;
  if (tile >= params.tiles || column >= params.out_vectors) {
    return;
  }
  let row = tile * TILE_A;
  // A tile that sticks out computes the last row or vector again and stores it once.
  //: for p in 0..TILE_A
  let row_$p = min(row + $pu, params.rows - 1u);
  let start_$p = row_$p * params.in_vectors;
  //: end
  //: for c in 0..TILE_B
  let column_$c = min(column + $cu, params.out_vectors - 1u);
  let bias_$c = bias[column_$c];
  //: for p in 0..TILE_A
  var sum_$p_$c = bias_$c;
  //: end
  //: end
  let step = params.out_vectors * 4u;
  var at_weight = 0u;
  for (var i = 0u; i < params.in_vectors; i++) {
    //: for p in 0..TILE_A
    var x_$p = vec4f(x[start_$p + i]);
    if (SILU_X) {
      x_$p = silu(x_$p);
    }
    //: end
    //: for c in 0..TILE_B
    //: for j in 0..4
    let w_$c_$j = vec4f(weight[at_weight + column_$c * 4u + $ju]);
    //: end
    //: for p in 0..TILE_A
    sum_$p_$c += w_$c_0 * x_$p.x + w_$c_1 * x_$p.y + w_$c_2 * x_$p.z + w_$c_3 * x_$p.w;
    //: end
    //: end
    at_weight += step;
  }
  if (ACTIVATION == 1u) {
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    sum_$p_$c = silu(sum_$p_$c);
    //: end
    //: end
  }
  if (ACTIVATION == 2u) {
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    sum_$p_$c = gelu(sum_$p_$c);
    //: end
    //: end
  }
  if (GATED) {
    //: for p in 0..TILE_A
    let gate_$p = row_$p / params.rows_per_sample * params.modulation_vectors + params.gate_modulation;
    //: for c in 0..TILE_B
    sum_$p_$c = vec4f(residual[row_$p * params.out_vectors + column_$c])
      + (modulation[gate_$p + column_$c] + table[params.gate_table + column_$c]) * sum_$p_$c;
    //: end
    //: end
  }
  //: for p in 0..TILE_A
  if (row + $pu < params.rows) {
    //: for c in 0..TILE_B
    if (column + $cu < params.out_vectors) {
      out[row_$p * params.out_vectors + column_$c] = OutElem4(sum_$p_$c);
    }
    //: end
  }
  //: end
}
