import { Button, FileButton } from '@mantine/core';
import { useState } from 'react';
import { CodeCanvas } from '../../../ui/CodeCanvas';
import { IconArrowsExchange, IconCopy, IconPhotoPlus, IconX } from '../../../ui/icons';
import { Panel } from '../../../ui/Panel';
import { rectBetween } from '../../../codebook/paint/region';
import type { Cell } from '../../../codebook/paint/types';
import { SampleRow } from '../../SampleRow';
import { useCodeLook, useLab, useLabState } from './labState';
import classes from './SecondPanel.module.css';

/** Another picture, to copy codes from. */
export function SecondPanel() {
  const { session, context } = useLab();
  const samples = useLabState((state) => state.samples);
  const second = useLabState((state) => state.second);
  const level = useLabState((state) => state.view.level);
  const source = second?.source;
  return (
    <Panel
      title="A second picture"
      tessera="bone"
      lesson={
        second
          ? 'Draw a rectangle over it and copy its codes into the painting.'
          : 'Codes can be copied out of another picture that the same model has read.'
      }
      aside={second && `${second.name}: ${second.base[level]?.width} × ${second.base[level]?.height} codes`}
    >
      <div className={classes.doors}>
        <SampleRow
          samples={samples}
          samplesUrl={context.samplesUrl}
          isActive={({ file }) => source?.kind === 'sample' && source.file === file}
          onPick={({ file }) => void session.openSecond({ kind: 'sample', file })}
        />
        <FileButton
          accept="image/*"
          onChange={(file) => file && void session.openSecondFile(file, file.name)}
          inputProps={{ 'aria-label': 'Choose a second picture', ...{ 'data-testid': 'second-file' } }}
        >
          {(props) => (
            <Button {...props} leftSection={<IconPhotoPlus size={15} stroke={1.7} />}>
              Own picture
            </Button>
          )}
        </FileButton>
      </div>
      {second && <SecondStage />}
    </Panel>
  );
}

function SecondStage() {
  const { session, store } = useLab();
  const second = useLabState((state) => state.second);
  const selection = useLabState((state) => state.secondSelection);
  const level = useLabState((state) => state.view.level);
  const tool = useLabState((state) => state.view.tool);
  const lines = useLabState((state) => state.view.lines);
  const look = useCodeLook(level);
  const [cursor, setCursor] = useState<Cell>({ x: 0, y: 0 });
  const grid = second?.base[Math.min(level, second.base.length - 1)];
  if (!second || !grid) return null;
  const hold = ({ x, y }: Cell) => session.hold(grid.indices[y * grid.width + x] ?? 0);
  return (
    <>
      <div className={classes.stage}>
        <CodeCanvas
          {...{ grid, ...look, cursor, selection }}
          look="picture"
          picture={second.baseImage}
          kind={tool === 'pick' ? 'tap' : 'area'}
          lines={lines}
          marked={[]}
          aimed={[]}
          onHover={() => undefined}
          onCursor={setCursor}
          onStroke={() => undefined}
          onStrokeEnd={() => undefined}
          onStrokeCancel={() => undefined}
          onTap={(cell) => {
            setCursor(cell);
            hold(cell);
          }}
          onArea={(from, to) => store.setState({ secondSelection: rectBetween(from, to) })}
          onAreaEnd={() => undefined}
          label={`${second.name}, to copy from: ${grid.height} rows and ${grid.width} columns. Space sets the corners of a rectangle.`}
          testId="second-picture"
        />
      </div>
      <div className={classes.buttons}>
        <Button
          leftSection={<IconCopy size={14} stroke={1.7} />}
          onClick={() => {
            if (session.copy('second')) session.look({ tool: 'stamp' });
          }}
          data-testid="second-copy"
        >
          {selection ? `Copy ${selection.width} × ${selection.height}` : 'Copy all'}
        </Button>
        <Button
          onClick={() => {
            const region = session.copy('second');
            if (region) session.paste(region, selection ?? { x: 0, y: 0 });
          }}
          data-testid="second-same"
        >
          To the same place
        </Button>
        <Button leftSection={<IconArrowsExchange size={14} stroke={1.7} />} onClick={() => session.exchange()}>
          Paint on this one
        </Button>
        <Button leftSection={<IconX size={14} stroke={1.7} />} onClick={() => void session.openSecond(null)}>
          Close
        </Button>
      </div>
    </>
  );
}
