// Attention of new tokens that follow others, whose keys and values lie in a cache: out = softmax(scale * q k^T) v over the
// cached and the new tokens, which all see each other, with a running maximum and sum as in attention.wgsl; then keys and
// values of the new ones stand in the cache too. MOVES: the cache is filled up to first + a position that lies on the GPU.
// variants: f32 f16
// tiles: 4x1 8x1 16x1 4x4 8x2
// uses: lib/grid.wgsl
//
// qkv [samples, tokens, 3, heads, head_vectors] of vec4, cache [samples, capacity, 2, heads, head_vectors] of vec4, of which the
// first `start` tokens are there; position [1] i32; out [samples, tokens, heads, head_vectors] of vec4.
// One invocation = one token's head, which alone writes its place in the cache. TILE_A = vectors of a head in registers as in
// attention.wgsl, TILE_B = cached keys at a time: a wide machine waits for their loads together. No barriers. Linear grid.

struct Params {
  items: u32,
  tokens: u32,
  heads: u32,
  head_vectors: u32,
  capacity: u32,
  first: u32,
  scale: f32,
}

override MOVES: bool = false;
override WG: u32 = 64;

@group(0) @binding(0) var<storage, read> qkv: array<Elem4>;
@group(0) @binding(1) var<storage, read> position: array<i32>;
@group(0) @binding(2) var<storage, read_write> cache: array<Elem4>;
@group(0) @binding(3) var<storage, read_write> out: array<Elem4>;
@group(0) @binding(4) var<uniform> params: Params;

const LEAST = -3.4028234e38;

@compute @workgroup_size(WG)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = linear_index(group, groups, local, WG);
  if (item >= params.items) {
    return;
  }
  let row = item / params.heads;
  let head = (item - row * params.heads) * params.head_vectors;
  let sample = row / params.tokens;
  let width = params.heads * params.head_vectors;
  let last = params.head_vectors - 1u;
  var start = params.first;
  if (MOVES) {
    start += u32(position[0]);
  }
  // A position past the end must not write into the next sample.
  start = min(start, params.capacity - params.tokens);
  let at_cache = sample * params.capacity * 2u * width + head;
  let at_q = row * 3u * width + head;
  //: for i in 0..TILE_A
  let i_$i = min($iu, last);
  let q_$i = select(vec4f(0.0), vec4f(qkv[at_q + i_$i]) * params.scale, $iu <= last);
  var sum_$i = vec4f(0.0);
  //: end
  var peak = LEAST;
  var total = 0.0;
  for (var key = 0u; key < start; key += TILE_B) {
    // Keys past the last are that one again, and weigh nothing.
    //: for b in 0..TILE_B
    let k_$b = at_cache + min(key + $bu, start - 1u) * 2u * width;
    var dots_$b = vec4f(0.0);
    //: for i in 0..TILE_A
    dots_$b += q_$i * vec4f(cache[k_$b + i_$i]);
    let v_$b_$i = vec4f(cache[k_$b + width + i_$i]);
    //: end
    let score_$b = select(LEAST, dots_$b.x + dots_$b.y + dots_$b.z + dots_$b.w, key + $bu < start);
    //: end
    var next = peak;
    //: for b in 0..TILE_B
    next = max(next, score_$b);
    //: end
    let keep = exp(peak - next);
    total *= keep;
    //: for i in 0..TILE_A
    sum_$i *= keep;
    //: end
    //: for b in 0..TILE_B
    let p_$b = exp(score_$b - next);
    total += p_$b;
    //: for i in 0..TILE_A
    sum_$i += p_$b * v_$b_$i;
    //: end
    //: end
    peak = next;
  }
  for (var token = sample * params.tokens; token < (sample + 1u) * params.tokens; token++) {
    let k = token * 3u * width + width + head;
    var dots = vec4f(0.0);
    //: for i in 0..TILE_A
    dots += q_$i * vec4f(qkv[k + i_$i]);
    //: end
    let score = dots.x + dots.y + dots.z + dots.w;
    let next = max(peak, score);
    let keep = exp(peak - next);
    let p = exp(score - next);
    peak = next;
    total = total * keep + p;
    //: for i in 0..TILE_A
    sum_$i = sum_$i * keep + p * vec4f(qkv[k + width + i_$i]);
    //: end
  }
  let at_own = at_cache + (start + row - sample * params.tokens) * 2u * width;
  //: for i in 0..TILE_A
  if ($iu <= last) {
    out[row * width + head + $iu] = Elem4(sum_$i / total);
    cache[at_own + $iu] = qkv[at_q + width + $iu];
    cache[at_own + width + $iu] = qkv[at_q + 2u * width + $iu];
  }
  //: end
}
