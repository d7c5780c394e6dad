// A row of numbers belongs to TILE_A invocations, which share sums and maxima by a tree of TILE_B levels, in an order that is always the
// same. Tiles 1x0: one invocation has the row to itself; no barrier and no workgroup memory is left in the source, for software adapters.
// Tiles 64x6: a workgroup has it. Needs lib/grid.wgsl.

var<workgroup> row_parts: array<vec2f, TILE_A>;
var<workgroup> row_bests: array<vec2u, TILE_A>;

// Which row; in a workgroup's case the same for all, as barriers want it.
fn row_of(group: vec3u, groups: vec3u, local: u32, size: u32) -> u32 {
  var row = linear_index(group, groups, 0u, 1u);
  //: for a in TILE_B..1
  row = linear_index(group, groups, local, size);
  //: end
  return row;
}

// Which of the row's invocations: it takes every TILE_A-th vector.
fn lane_of(local: u32) -> u32 {
  return local % TILE_A;
}

// Sum of all parts, the same in every invocation (a + b = b + a, so each pair has one result).
fn row_sum(lane: u32, part: vec2f) -> vec2f {
  var sum = part;
  //: for n in 0..TILE_B
  row_parts[lane] = sum;
  workgroupBarrier();
  sum += row_parts[lane ^ (1u << $nu)];
  workgroupBarrier();
  //: end
  return sum;
}

// The largest value so far, and the lowest index that has it.
struct Best {
  value: f32,
  index: u32,
}

const NO_BEST = Best(-3.4028234e38, 0u);

// Values of indices 4 vector .. 4 vector + 3; vectors come in rising order.
fn best_of(best: Best, values: vec4f, vector: u32) -> Best {
  var out = best;
  //: for j in 0..4
  if (values[$j] > out.value) {
    out = Best(values[$j], 4u * vector + $ju);
  }
  //: end
  return out;
}

// The best of all invocations, the same in every one.
fn row_best(lane: u32, own: Best) -> Best {
  var best = own;
  //: for n in 0..TILE_B
  row_bests[lane] = vec2u(bitcast<u32>(best.value), best.index);
  workgroupBarrier();
  let other_$n = row_bests[lane ^ (1u << $nu)];
  let value_$n = bitcast<f32>(other_$n.x);
  if (value_$n > best.value || (value_$n == best.value && other_$n.y < best.index)) {
    best = Best(value_$n, other_$n.y);
  }
  workgroupBarrier();
  //: end
  return best;
}
