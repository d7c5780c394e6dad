declare module '*.wgsl' {
  const shader: import('./kernels/kernel').Shader;
  export default shader;
}
