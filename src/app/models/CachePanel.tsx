import { Button } from '@mantine/core';
import { formatBytes } from '../../ui/format';
import { Panel } from '../../ui/Panel';
import { useDesk, useDeskState } from './deskContext';
import classes from './CachePanel.module.css';

/** What the browser keeps of the models, and the way to make it forget: all of it, or one model. */
export function CachePanel() {
  const { desk } = useDesk();
  const storage = useDeskState((state) => state.storage);
  const models = useDeskState((state) => state.models);
  const kept = (storage?.models ?? []).filter(({ keptBytes }) => keptBytes > 0);
  const titleOf = (id: string) => models?.find((model) => model.id === id)?.title ?? id;
  return (
    <Panel
      title="Kept in this browser"
      tessera="ochre"
      aside={
        storage && (
          <>
            <span data-testid="kept-bytes">{formatBytes(storage.keptBytes)}</span>
            <Button
              size="compact-xs"
              className={classes.empty ?? ''}
              disabled={storage.keptBytes === 0}
              onClick={() => void desk.empty()}
              data-testid="empty-cache"
            >
              Empty
            </Button>
          </>
        )
      }
      lesson="Downloaded weights, checked by their hash, so that the next visit starts at once. Emptying costs another download, nothing else."
    >
      {kept.length > 0 && (
        <ul className={classes.list}>
          {kept.map(({ id, keptBytes }) => (
            <li key={id} className={classes.row}>
              <span className={classes.name}>{titleOf(id)}</span>
              <span className={classes.size}>{formatBytes(keptBytes)}</span>
              <Button
                size="compact-xs"
                variant="subtle"
                aria-label={`Forget the kept weights of ${titleOf(id)}`}
                onClick={() => void desk.empty(id)}
              >
                Forget
              </Button>
            </li>
          ))}
          {!!storage?.strayBytes && (
            <li className={classes.row}>
              <span className={classes.name}>Other versions and other folders</span>
              <span className={classes.size}>{formatBytes(storage.strayBytes)}</span>
            </li>
          )}
        </ul>
      )}
      {storage && kept.length === 0 && <p className={classes.nothing}>Nothing of these models is kept.</p>}
    </Panel>
  );
}
