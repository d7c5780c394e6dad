declare module '*.wgsl' {
  // An ambient module may not import by a relative path; an import type may.
  // eslint-disable-next-line @typescript-eslint/consistent-type-imports
  const shader: import('./kernels/kernel').Shader;
  export default shader;
}
