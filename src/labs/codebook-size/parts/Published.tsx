import { formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PUBLISHED, SOURCE } from '../published';
import classes from './Details.module.css';

/** Published points of comparison, in a score of their own. */
export function Published() {
  return (
    <Panel
      title="Published, for comparison"
      tessera="bone"
      lesson="Large models on ImageNet. Their score compares sets of pictures and cannot be put on the chart."
    >
      <div className={classes.scroll} tabIndex={0} role="region" aria-label="Published models">
        <table className={classes.table}>
          <thead>
            <tr>
              <th scope="col">Model</th>
              <th scope="col">Codes</th>
              <th scope="col">Bits per pixel</th>
              <th scope="col">rFID</th>
            </tr>
          </thead>
          <tbody>
            {PUBLISHED.map(({ model, factor, size, rFid }) => (
              <tr key={`${model} ${size}`}>
                <td>{model}</td>
                <td>{formatInteger(size)}</td>
                <td>{(Math.log2(size) / factor ** 2).toFixed(3)}</td>
                <td>{rFid.toFixed(2)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className={classes.note}>
        Lower is better.{' '}
        <a href={SOURCE.url} rel="noreferrer" target="_blank">
          {SOURCE.words}
        </a>
        .
      </p>
    </Panel>
  );
}
