// Index of an invocation in a linear grid that goes on in y where x is full (kernels/params.ts: linearGrid).
fn linear_index(group: vec3u, groups: vec3u, local: u32, size: u32) -> u32 {
  return (group.y * groups.x + group.x) * size + local;
}
