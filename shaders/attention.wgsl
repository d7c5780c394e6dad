// Multi-head attention in one pass: out = softmax(scale * q k^T) v, per sample and head, with a running maximum and sum
// (Milakov and Gimelshein 2018; FlashAttention, Dao et al. 2022), so that no [S, S] matrix is written.
// variants: f32 f16
// tiles: 4x1 8x1 16x1 4x4 8x2
// uses: lib/grid.wgsl
//
// qkv [samples, sequence, 3, heads, head_vectors] of vec4, out [samples, sequence, heads, head_vectors] of vec4.
// causal: the first `context` tokens see each other only, a later one sees these and all up to itself.
// One invocation = TILE_B queries of one head; TILE_A = vectors of a head in registers, head_vectors of them used: the rest
// of q is zero and reads of k and v are clamped. No barriers. Grid: x = blocks of WG invocations, y = heads, z = samples.

struct Params {
  sequence: u32,
  context: u32,
  heads: u32,
  head_vectors: u32,
  scale: f32,
  causal: u32,
}

override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> qkv: array<Elem4>;
@group(0) @binding(1) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(2) var<uniform> params: Params;

const LEAST = -3.4028234e38;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let query = (group.x * WG + local) * TILE_B;
  if (query >= params.sequence) {
    return;
  }
  let width = params.heads * params.head_vectors;
  let row = 3u * width;
  let head = group.y * params.head_vectors;
  let sample = group.z * params.sequence;
  let last = params.head_vectors - 1u;
  //: for i in 0..TILE_A
  let i_$i = min($iu, last);
  //: end
  var most = params.sequence;
  if (params.causal != 0u) {
    most = max(params.context, min(query + TILE_B, params.sequence));
  }
  // A tile that sticks out computes the last query again and stores it once.
  //: for b in 0..TILE_B
  let query_$b = min(query + $bu, params.sequence - 1u);
  let q_row_$b = (sample + query_$b) * row + head;
  let seen_$b = select(params.sequence, max(params.context, query_$b + 1u), params.causal != 0u);
  var peak_$b = LEAST;
  var total_$b = 0.0;
  //: for i in 0..TILE_A
  let q_$b_$i = select(vec4f(0.0), vec4f(qkv[q_row_$b + i_$i]) * params.scale, $iu <= last);
  var sum_$b_$i = vec4f(0.0);
  //: end
  //: end
  for (var key = 0u; key < most; key++) {
    let k = (sample + key) * row + head + width;
    let v = k + width;
    //: for i in 0..TILE_A
    let k_$i = vec4f(qkv[k + i_$i]);
    let v_$i = vec4f(qkv[v + i_$i]);
    //: end
    //: for b in 0..TILE_B
    if (key < seen_$b) {
      var dots = vec4f(0.0);
      //: for i in 0..TILE_A
      dots += q_$b_$i * k_$i;
      //: end
      let score = dots.x + dots.y + dots.z + dots.w;
      let next = max(peak_$b, score);
      let keep = exp(peak_$b - next);
      let p = exp(score - next);
      peak_$b = next;
      total_$b = total_$b * keep + p;
      //: for i in 0..TILE_A
      sum_$b_$i = sum_$b_$i * keep + p * v_$i;
      //: end
    }
    //: end
  }
  //: for b in 0..TILE_B
  if (query + $bu < params.sequence) {
    let at_out = (sample + query_$b) * width + head;
    //: for i in 0..TILE_A
    if ($iu <= last) {
      out[at_out + $iu] = Elem4(sum_$b_$i / total_$b);
    }
    //: end
  }
  //: end
}
