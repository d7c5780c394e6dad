// Batched matrix product: out[m, n] = scale * sum over k of a[m, k] b[k, n] (TRANSPOSE_B: b[n, k]).
// variants: f32 f16 f16_f32 f32_f16
// tiles: 4x2 4x1
//
// All strides and offsets count vec4s. Padding columns of a (and of b, when transposed) are zero; padding columns of out
// become zero. An invocation makes TILE_A rows x TILE_B vec4s of columns, in registers, sums in f32. No barriers.
// Grid: x = columns, y = rows, z = batch.

struct Operand {
  row: u32,
  batch: u32,
  offset: u32,
}

struct Params {
  a: Operand,
  b: Operand,
  out: Operand,
  m: u32,
  n: u32,
  k: u32,
  scale: f32,
}

override TRANSPOSE_B: bool = false;
override WG_X: u32 = 8;
override WG_Y: u32 = 8;

@group(0) @binding(0) var<storage, read> a: array<Elem4>;
@group(0) @binding(1) var<storage, read> b: array<Elem4>;
@group(0) @binding(2) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG_X, WG_Y)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let column = id.x * TILE_B;
  let row = id.y * TILE_A;
  let columns = (params.n + 3u) / 4u;
  if (row >= params.m || column >= columns) {
    return;
  }
  let start_a = params.a.offset + id.z * params.a.batch;
  let start_b = params.b.offset + id.z * params.b.batch;
  //: for p in 0..TILE_A
  let a_$p = start_a + min(row + $pu, params.m - 1u) * params.a.row;
  //: for c in 0..TILE_B
  var sum_$p_$c = vec4f(0.0);
  //: end
  //: end
  // Where column c begins in b, or the four rows of b that it stands for.
  //: for c in 0..TILE_B
  let b_$c = start_b + min(column + $cu, columns - 1u);
  //: for j in 0..4
  let t_$c_$j = start_b + min((column + $cu) * 4u + $ju, params.n - 1u) * params.b.row;
  //: end
  //: end
  for (var k = 0u; 4u * k < params.k; k++) {
    //: for p in 0..TILE_A
    let x_$p = vec4f(a[a_$p + k]);
    //: end
    //: for c in 0..TILE_B
    var w_$c: mat4x4f;
    if (TRANSPOSE_B) {
      w_$c = transpose(mat4x4f(vec4f(b[t_$c_0 + k]), vec4f(b[t_$c_1 + k]), vec4f(b[t_$c_2 + k]), vec4f(b[t_$c_3 + k])));
    } else {
      // Rows past the end are the last one again; they meet zeros of a.
      //: for j in 0..4
      let r_$j = vec4f(b[b_$c + min(4u * k + $ju, params.k - 1u) * params.b.row]);
      //: end
      w_$c = mat4x4f(r_0, r_1, r_2, r_3);
    }
    //: for p in 0..TILE_A
    sum_$p_$c += w_$c[0] * x_$p.x + w_$c[1] * x_$p.y + w_$c[2] * x_$p.z + w_$c[3] * x_$p.w;
    //: end
    //: end
  }
  let start_out = params.out.offset + id.z * params.out.batch;
  let lane = vec4u(0u, 1u, 2u, 3u);
  //: for c in 0..TILE_B
  let used_$c = (column + $cu) * 4u + lane < vec4u(params.n);
  if (column + $cu < columns) {
    //: for p in 0..TILE_A
    if (row + $pu < params.m) {
      let y_$p = select(vec4f(0.0), params.scale * sum_$p_$c, used_$c);
      out[start_out + (row + $pu) * params.out.row + column + $cu] = OutElem4(y_$p);
    }
    //: end
  }
  //: end
}
