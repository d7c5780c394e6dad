// First half of the codebook search: the nearest code of every latent within one segment of the codebook.
// tiles: 4x4 1x4
//
// latents [count, vectors] of vec4f, codebook [codes, vectors] of vec4f, rows padded with zeros.
// best [segments, count] of (bitcast<u32>(|z - e|^2), index). An invocation scans a segment for TILE_A latents, TILE_B
// codes at a time, in registers. The distance is a sum of squared differences: |z|^2 - 2 z e + |e|^2 would cancel.
// Ties: the lowest index. A latent with NaN, or farther than the largest float, gets the segment's index 0: see merge.
// Grid: x = tiles of latents, y = segments. No barriers.

struct Params {
  count: u32,
  codes: u32,
  vectors: u32,
  segment: u32,
}

override WG: u32 = 16;

@group(0) @binding(0) var<storage, read> latents: array<vec4f>;
@group(0) @binding(1) var<storage, read> codebook: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> best: array<vec2u>;
@group(0) @binding(3) var<uniform> params: Params;

@compute @workgroup_size(WG)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let latent = (group.x * WG + local) * TILE_A;
  if (latent >= params.count) {
    return;
  }
  let first = group.y * params.segment;
  let end = min(first + params.segment, params.codes);
  //: for p in 0..TILE_A
  let z_$p = min(latent + $pu, params.count - 1u) * params.vectors;
  var least_$p = 3.4028234e38;
  var index_$p = 0u;
  //: end
  for (var code = first; code < end; code += TILE_B) {
    // Beyond the end the last code is taken again: a tie never wins.
    //: for c in 0..TILE_B
    let e_$c = min(code + $cu, end - 1u) * params.vectors;
    //: end
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    var d_$p_$c = vec4f(0.0);
    //: end
    //: end
    for (var v = 0u; v < params.vectors; v++) {
      //: for c in 0..TILE_B
      let row_$c = codebook[e_$c + v];
      //: end
      //: for p in 0..TILE_A
      let at_$p = latents[z_$p + v];
      //: for c in 0..TILE_B
      let difference_$p_$c = at_$p - row_$c;
      d_$p_$c += difference_$p_$c * difference_$p_$c;
      //: end
      //: end
    }
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    let sum_$p_$c = (d_$p_$c.x + d_$p_$c.y) + (d_$p_$c.z + d_$p_$c.w);
    if (sum_$p_$c < least_$p) {
      least_$p = sum_$p_$c;
      index_$p = min(code + $cu, end - 1u);
    }
    //: end
    //: end
  }
  //: for p in 0..TILE_A
  if (latent + $pu < params.count) {
    best[group.y * params.count + latent + $pu] = vec2u(bitcast<u32>(least_$p), index_$p);
  }
  //: end
}
