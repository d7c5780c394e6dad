/**
 * The walls of the house (docs/architecture.md): a room imports only what stands to its right.
 *   app -> labs -> { ui, experiment, engine (its client) }
 *   engine -> { models, diffusion, quantize, codebook, image } -> { graph, tfjs } -> kernels -> gpu
 *   workers stands beside them, under codebook and image.
 * Type imports count. No cycles.
 */
const room = (name) => `^src/${name}/`;
const only = (name, allowed, comment) => ({
  name: `${name}-arrows`,
  comment,
  severity: 'error',
  from: { path: room(name) },
  to: { path: '^src/', pathNot: [name, ...allowed].map(room).concat('^src/[^/]+\\.d\\.ts$') },
});

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('gpu', [], 'gpu/ is the floor'),
    only('kernels', ['gpu']),
    only('graph', ['kernels', 'gpu']),
    only('tfjs', ['graph', 'kernels', 'gpu']),
    only('models', ['graph', 'tfjs', 'kernels', 'gpu', 'image']),
    only('diffusion', []),
    only('quantize', []),
    only('workers', []),
    only('image', ['workers']),
    only('codebook', ['diffusion', 'workers']),
    only('experiment', []),
    only('engine', ['models', 'diffusion', 'quantize', 'codebook', 'image', 'graph', 'tfjs', 'kernels', 'gpu']),
    only('ui', []),
    only('labs', ['ui', 'experiment', 'engine', 'image', 'diffusion', 'codebook']),
    only('app', ['labs', 'ui', 'experiment', 'engine', 'image', 'codebook']),
    {
      name: 'engine-client-only',
      comment: 'labs and app talk to the worker: they import the client and the types, nothing that owns a GPU',
      severity: 'error',
      from: { path: ['^src/labs/', '^src/app/'] },
      to: { path: '^src/engine/', pathNot: '^src/engine/(client|types)\\.ts$' },
    },
    {
      name: 'labs-are-islands',
      severity: 'error',
      from: { path: '^src/labs/([^/]+)/' },
      to: { path: '^src/labs/([^/]+)/', pathNot: ['^src/labs/$1/', '^src/labs/testing/'] },
    },
    { name: 'tfjs-in-one-room', severity: 'error', from: { path: '^src/', pathNot: '^src/tfjs/' }, to: { path: 'node_modules/@tensorflow' } },
    { name: 'react-upstairs', severity: 'error', from: { path: '^src/', pathNot: '^src/(ui|labs|app)/' }, to: { path: 'node_modules/(react|@mantine)' } },
  ],
  options: {
    tsPreCompilationDeps: true,
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { extensions: ['.ts', '.tsx', '.js', '.mjs'] },
  },
};
