// Convolution, direct and without barriers: out = residual + activation(bias + sum over ky, kx, ci of w * x).
// variants: f32 f16 f16_f32
// tiles: 8x2 4x2 4x1
// uses: lib/activation.wgsl
//
// Layouts: x [batch, in_height, in_width, in_vectors] of vec4, out [batch, out_height, out_width, out_vectors] of vec4,
// weight [KERNEL, KERNEL, in_vectors, out_vectors, 4] of vec4: element j holds the weights of input channel 4 ci + j.
// An invocation makes TILE_A pixels of one row x TILE_B vectors of channels, in registers. Sums are f32.
// Grid: x = groups of channels, y (going on in z) = tiles of pixels, counted over batch, rows, and tiles in a row.
// Outside of the picture x is 0; UPSAMPLE 2 reads the picture enlarged by repeating pixels; pads count on that.
// Slots that RESIDUAL leaves unused are bound to any other input.

struct Params {
  in_height: i32,
  in_width: i32,
  in_vectors: u32,
  out_vectors: u32,
  out_height: u32,
  out_width: u32,
  pad_top: i32,
  pad_left: i32,
  row_tiles: u32,
  tiles: u32,
  residual_vectors: u32,
}

override KERNEL: u32 = 3;
override STRIDE: u32 = 1;
override UPSAMPLE: u32 = 1;
override SILU: bool = false;
// 0 none, 1 add, 2 project by a 1x1 convolution
override RESIDUAL: u32 = 0;
override WG_X: u32 = 1;
override WG_Y: u32 = 64;

@group(0) @binding(0) var<storage, read> x: array<Elem4>;
@group(0) @binding(1) var<storage, read> weight: array<Elem4>;
@group(0) @binding(2) var<storage, read> bias: array<vec4f>;
@group(0) @binding(3) var<storage, read> residual: array<Elem4>;
@group(0) @binding(4) var<storage, read> residual_weight: array<Elem4>;
@group(0) @binding(5) var<storage, read_write> out: array<OutElem4>;
@group(0) @binding(6) var<uniform> params: Params;

@compute @workgroup_size(WG_X, WG_Y)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let channel = (group.x * WG_X + local.x) * TILE_B;
  let tile = (group.z * groups.y + group.y) * WG_Y + local.y;
  if (tile >= params.tiles || channel >= params.out_vectors) {
    return;
  }
  let row = tile / params.row_tiles;
  let ox = (tile - row * params.row_tiles) * TILE_A;
  let image = row / params.out_height;
  let oy = row - image * params.out_height;
  let last = params.out_vectors - 1u;
  // The vectors of channels; a tile that sticks out computes the last one twice and stores it once.
  //: for c in 0..TILE_B
  let channel_$c = min(channel + $cu, last);
  let bias_$c = bias[channel_$c];
  //: end
  //: for p in 0..TILE_A
  //: for c in 0..TILE_B
  var sum_$p_$c = bias_$c;
  //: end
  //: end

  let full_height = params.in_height * i32(UPSAMPLE);
  let full_width = params.in_width * i32(UPSAMPLE);
  let first_row = i32(image) * params.in_height;
  let step = params.out_vectors * 4u;
  var at_tap = 0u;
  for (var ky = 0u; ky < KERNEL; ky++) {
    let iy = i32(oy * STRIDE + ky) - params.pad_top;
    let row_inside = iy >= 0 && iy < full_height;
    let row_start = (first_row + clamp(iy, 0, full_height - 1) / i32(UPSAMPLE)) * params.in_width;
    for (var kx = 0u; kx < KERNEL; kx++) {
      let left = i32(ox * STRIDE + kx) - params.pad_left;
      //: for p in 0..TILE_A
      let ix_$p = left + $p * i32(STRIDE);
      let inside_$p = row_inside && ix_$p >= 0 && ix_$p < full_width;
      let start_$p = u32(row_start + clamp(ix_$p, 0, full_width - 1) / i32(UPSAMPLE)) * params.in_vectors;
      //: end
      for (var ci = 0u; ci < params.in_vectors; ci++) {
        //: for p in 0..TILE_A
        let x_$p = select(vec4f(0.0), vec4f(x[start_$p + ci]), inside_$p);
        //: end
        //: for c in 0..TILE_B
        //: for j in 0..4
        let w_$c_$j = vec4f(weight[at_tap + channel_$c * 4u + $ju]);
        //: end
        //: for p in 0..TILE_A
        sum_$p_$c += w_$c_0 * x_$p.x + w_$c_1 * x_$p.y + w_$c_2 * x_$p.z + w_$c_3 * x_$p.w;
        //: end
        //: end
        at_tap += step;
      }
    }
  }

  if (SILU) {
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    sum_$p_$c = silu(sum_$p_$c);
    //: end
    //: end
  }
  let out_start = row * params.out_width;
  //: for p in 0..TILE_A
  let ox_$p = min(ox + $pu, params.out_width - 1u);
  let at_$p = (out_start + ox_$p) * params.out_vectors;
  //: end
  if (RESIDUAL == 1u) {
    //: for p in 0..TILE_A
    //: for c in 0..TILE_B
    sum_$p_$c += vec4f(residual[at_$p + channel_$c]);
    //: end
    //: end
  }
  if (RESIDUAL == 2u) {
    var at_weight = 0u;
    for (var ci = 0u; ci < params.residual_vectors; ci++) {
      //: for p in 0..TILE_A
      let r_$p = vec4f(residual[(out_start + ox_$p) * params.residual_vectors + ci]);
      //: end
      //: for c in 0..TILE_B
      //: for j in 0..4
      let v_$c_$j = vec4f(residual_weight[at_weight + channel_$c * 4u + $ju]);
      //: end
      //: for p in 0..TILE_A
      sum_$p_$c += v_$c_0 * r_$p.x + v_$c_1 * r_$p.y + v_$c_2 * r_$p.z + v_$c_3 * r_$p.w;
      //: end
      //: end
      at_weight += step;
    }
  }
  //: for p in 0..TILE_A
  if (ox + $pu < params.out_width) {
    //: for c in 0..TILE_B
    if (channel + $cu < params.out_vectors) {
      out[at_$p + channel_$c] = OutElem4(sum_$p_$c);
    }
    //: end
  }
  //: end
}
