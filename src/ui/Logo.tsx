/** Sixteen-less-seven tesserae that spell a T: the mark of the house. */
const tiles: readonly (readonly [number, number, string])[] = [
  [0, 0, 'var(--ochre)'],
  [1, 0, 'var(--lapis)'],
  [2, 0, 'var(--ochre)'],
  [0, 1, 'var(--bone)'],
  [1, 1, 'var(--terracotta)'],
  [2, 1, 'var(--bone)'],
  [0, 2, 'var(--bone)'],
  [1, 2, 'var(--verdigris)'],
  [2, 2, 'var(--bone)'],
];

export function Logo({ size = 26 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 30 30" aria-hidden="true" focusable="false">
      {tiles.map(([x, y, fill]) => (
        <rect
          key={`${x}-${y}`}
          x={x * 10.5}
          y={y * 10.5}
          width="9"
          height="9"
          rx="1"
          fill={fill}
          opacity={fill === 'var(--bone)' ? 0.55 : 1}
        />
      ))}
    </svg>
  );
}
