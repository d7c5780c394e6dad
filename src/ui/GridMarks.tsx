import classes from './GridMarks.module.css';

/** Marks over a grid of cells: a ring around what changed, a filled corner where something is fixed. Lets every pointer through. */
export function GridMarks(props: {
  width: number;
  height: number;
  /** Places, row-major. */
  ringed: readonly number[];
  fixed: readonly number[];
}) {
  const { width, height, ringed, fixed } = props;
  const at = (place: number) => ({ x: place % width, y: Math.floor(place / width) });
  return (
    <div className={classes.stage} aria-hidden="true">
      <svg
        className={classes.marks}
        viewBox={`0 0 ${width} ${height}`}
        style={{ aspectRatio: `${width} / ${height}`, width: `min(100cqw, 100cqh * ${width / height})` }}
      >
        {ringed.map((place) => (
          <rect
            key={place}
            x={at(place).x + 0.05}
            y={at(place).y + 0.05}
            width=".86"
            height=".86"
            className={classes.ring}
          />
        ))}
        {fixed.map((place) => {
          const { x, y } = at(place);
          return <path key={place} d={`M${x} ${y}h.5l-.5 .5z`} className={classes.fixed} />;
        })}
      </svg>
    </div>
  );
}
