import { Button } from '@mantine/core';
import { useRef } from 'react';
import { IconFolder } from '../../ui/icons';
import { Panel } from '../../ui/Panel';
import { useDesk, useDeskState } from './deskContext';
import { readDrop, readInput } from './folders';
import { useFileDrop } from './useFileDrop';
import classes from './OwnModelPanel.module.css';

/** The door for a model folder of the visitor's own: dropped anywhere on the page, or chosen. */
export function OwnModelPanel() {
  const { desk } = useDesk();
  const taking = useDeskState((state) => state.taking > 0);
  const refused = useDeskState((state) => state.refused);
  const over = useFileDrop((transfer) => void desk.take(readDrop(transfer)));
  const folder = useRef<HTMLInputElement>(null);
  const loose = useRef<HTMLInputElement>(null);
  const input = (label: string, testId: string) => ({
    type: 'file',
    multiple: true,
    hidden: true,
    'aria-label': label,
    'data-testid': testId,
    onChange: (event: React.ChangeEvent<HTMLInputElement>) => {
      // Copied at once: clearing the value empties the live list.
      const files = readInput([...(event.currentTarget.files ?? [])]);
      event.currentTarget.value = '';
      if (files.length) void desk.take(Promise.resolve(files));
    },
  });
  return (
    <Panel
      title="A model of your own"
      tessera="verdigris"
      lesson={
        <>
          Train one on your pictures (<code>training/README.md</code>), export it, and drop the folder anywhere on this
          page: <code>manifest.json</code> and the weights. It stays on this machine; nothing is uploaded.
        </>
      }
    >
      <div className={classes.doors}>
        <Button
          leftSection={<IconFolder size={15} stroke={1.7} />}
          loading={taking}
          onClick={() => folder.current?.click()}
        >
          Choose a folder
        </Button>
        <Button variant="subtle" disabled={taking} onClick={() => loose.current?.click()}>
          or its files
        </Button>
        <input
          ref={(element) => {
            folder.current = element;
            element?.setAttribute('webkitdirectory', '');
          }}
          {...input('Choose a model folder', 'model-folder-input')}
        />
        <input ref={loose} {...input('Choose the files of a model', 'model-files-input')} />
      </div>
      <div aria-live="polite" className={classes.words}>
        {refused.map((reason) => (
          <p key={reason} className={classes.refused} data-testid="refused">
            <strong>Not taken.</strong> {reason}
          </p>
        ))}
        {refused.length > 0 && (
          <Button variant="subtle" onClick={() => desk.forgetRefused()}>
            Understood
          </Button>
        )}
      </div>
      {over && (
        <div className={classes.everywhere} aria-hidden="true">
          <p className={classes.everywhereText}>Let go: the model is checked on this machine</p>
        </div>
      )}
    </Panel>
  );
}
