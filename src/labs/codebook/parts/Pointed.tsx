import { CodePatch } from '../../../ui/CodePatch';
import { formatInteger } from '../../../ui/format';
import { selectAtlas, selectSize, selectUsage } from '../store';
import { useLabState } from './labState';
import { useFacts } from './useFacts';
import classes from './Pointed.module.css';

/** One line about the code under the pointer; `otherwise` while there is none. */
export function Pointed({ otherwise }: { otherwise: string }) {
  const code = useLabState((state) => (state.hovered !== null && state.hovered < selectSize(state) ? state.hovered : null)); // prettier-ignore
  const sheet = useLabState((state) => selectAtlas(state)?.sheet ?? null);
  const groups = useLabState((state) => selectUsage(state)?.groups ?? null);
  const { counts, groupOf, norms } = useFacts();
  if (code === null) return <p className={classes.line}>{otherwise}</p>;
  const group = groupOf?.[code];
  const words = [
    counts && (counts[code] ? `used ${formatInteger(counts[code])} times in training` : 'dead'),
    groups && groups.length > 1 && group !== undefined && group >= 0 && `most typical of ${groups[group]}`,
    norms && `norm ${norms[code]!.toFixed(2)}`,
  ].filter(Boolean);
  return (
    <p className={classes.line}>
      <span className={classes.patch}>{sheet && <CodePatch sheet={sheet} code={code} />}</span>
      <span>
        <strong>Code {code}</strong>
        {words.length > 0 && `: ${words.join(', ')}`}
      </span>
    </p>
  );
}
