declare module '*.wgsl' {
  import type { Shader } from './kernels/kernel';
  const shader: Shader;
  export default shader;
}
