/** Mantine's preset gives CSS modules `light-dark()` and its breakpoint mixins. */
module.exports = { plugins: { 'postcss-preset-mantine': {} } };
