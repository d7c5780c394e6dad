/** How the charts look: what Recharts takes as plain values, out of the tokens. */

/** Numbers along an axis. */
export const tick = { fill: 'var(--ink-3)', fontSize: 12 };

/** The box that says what is under the pointer. */
export const tooltipBox = {
  background: 'var(--card)',
  border: '1px solid var(--line-strong)',
  borderRadius: 3,
  fontSize: 12,
};
