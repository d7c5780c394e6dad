/** log Gamma (Lanczos 1964; g = 5, six terms: 2e-10). */
function logGamma(x: number): number {
  const terms = [
    76.18009172947146, -86.5053203294168, 24.01409824083091, -1.231739572450155, 1.208650973866179e-3,
    -5.395239384953e-6,
  ];
  const sum = terms.reduce((total, term, i) => total + term / (x + 1 + i), 1.000000000190015);
  return Math.log((Math.sqrt(2 * Math.PI) * sum) / x) + (x + 0.5) * Math.log(x + 5.5) - (x + 5.5);
}

/** Q(a, x), the upper regularised incomplete gamma function: series below a + 1, Lentz's continued fraction above. */
function upperGamma(a: number, x: number): number {
  if (x <= 0) return 1;
  const scale = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let [term, sum] = [1 / a, 1 / a];
    for (let n = 1; term > sum * 1e-15; n++) sum += term *= x / (a + n);
    return 1 - scale * sum;
  }
  let b = x + 1 - a;
  let [c, d] = [1e300, 1 / b];
  let fraction = d;
  for (let n = 1, change = 0; Math.abs(change - 1) > 1e-14; n++) {
    const factor = -n * (n - a);
    b += 2;
    d = 1 / (factor * d + b);
    c = b + factor / c;
    change = c * d;
    fraction *= change;
  }
  return scale * fraction;
}

/** The probability of counts as far from the expected ones, or farther (Pearson); degrees of freedom: bins - 1. */
export function chiSquareP(counts: ArrayLike<number>, expected: ArrayLike<number>): number {
  let square = 0;
  for (let i = 0; i < expected.length; i++) {
    const mean = expected[i] ?? 0;
    square += ((counts[i] ?? 0) - mean) ** 2 / mean;
  }
  return upperGamma((expected.length - 1) / 2, square / 2);
}
