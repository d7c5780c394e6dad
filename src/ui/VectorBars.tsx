import classes from './VectorBars.module.css';

/** A short vector as bars around zero: up is positive. `limit` fixes the scale, so that vectors can be compared. */
export function VectorBars(props: { vector: ArrayLike<number>; label: string; limit?: number; height?: number }) {
  const { vector, label, height = 36 } = props;
  const values = Array.from(vector);
  const limit = props.limit ?? Math.max(1e-6, ...values.map(Math.abs));
  const width = values.length * 6;
  return (
    <svg
      className={classes.bars}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      style={{ height }}
      role="img"
      aria-label={`${label}: ${values.map((value) => value.toFixed(2)).join(', ')}`}
    >
      <line x1="0" x2={width} y1={height / 2} y2={height / 2} className={classes.zero} />
      {values.map((value, i) => {
        const size = (Math.min(1, Math.abs(value) / limit) * height) / 2;
        const y = value >= 0 ? height / 2 - size : height / 2;
        return (
          <rect
            key={i}
            x={i * 6 + 1}
            y={y}
            width="4"
            height={size}
            className={value >= 0 ? classes.up : classes.down}
          />
        );
      })}
    </svg>
  );
}
