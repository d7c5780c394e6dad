import { ActionIcon, Button, NumberInput, Popover } from '@mantine/core';
import { useRef, useState } from 'react';
import { IconDownload, IconMask, IconPhotoPlus, IconUpload } from '../../../ui/icons';
import { isAbort, messageOf } from '../../abort';
import { download, stemOf } from '../../download';
import { selectBusy, selectTokenizer } from '../store';
import { useLab, useLabState } from './labState';
import classes from './Menus.module.css';

/** The hole as a file: out, and in again. */
export function MaskMenu() {
  const { session, context } = useLab();
  const [opened, setOpened] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const name = useLabState((state) => state.picture?.name ?? 'picture');
  const busy = useLabState((state) => selectBusy(state) || !state.picture);
  const empty = useLabState((state) => state.bounds === null);
  const save = async () => {
    setOpened(false);
    try {
      const png = await session.exportMask();
      if (png) download(png, `${stemOf(name)}-mask.png`);
    } catch (error) {
      if (!isAbort(error)) context.notify({ kind: 'error', title: 'Not saved', message: messageOf(error) });
    }
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/*"
        hidden
        aria-label="Choose a mask"
        data-testid="mask-file"
        onChange={(event) => {
          const [file] = event.currentTarget.files ?? [];
          event.currentTarget.value = '';
          setOpened(false);
          if (file) void session.importMask(file);
        }}
      />
      <Popover width={270} position="bottom" withArrow opened={opened} onChange={setOpened} trapFocus returnFocus>
        <Popover.Target>
          <ActionIcon
            aria-label="The hole as a file"
            title="The hole as a file"
            disabled={busy}
            onClick={() => setOpened(!opened)}
            data-testid="mask-menu"
          >
            <IconMask size={17} stroke={1.7} />
          </ActionIcon>
        </Popover.Target>
        <Popover.Dropdown>
          <div className={classes.menu}>
            <p>A PNG of the picture's size: white is hole, black is known.</p>
            <Button leftSection={<IconUpload size={15} />} onClick={() => input.current?.click()}>
              Import a mask
            </Button>
            <Button
              leftSection={<IconDownload size={15} />}
              disabled={empty}
              onClick={() => void save()}
              data-testid="mask-export"
            >
              Export the mask
            </Button>
          </div>
        </Popover.Dropdown>
      </Popover>
    </>
  );
}

const SIDES = ['top', 'left', 'right', 'bottom'] as const;

/** Outpainting: more canvas on any side. */
export function ExtendMenu() {
  const { session } = useLab();
  const [opened, setOpened] = useState(false);
  const [margins, setMargins] = useState({ top: 0, left: 0, right: 0, bottom: 0 });
  const image = useLabState((state) => state.picture?.image);
  const busy = useLabState(selectBusy);
  const resolution = useLabState((state) => selectTokenizer(state)?.resolution ?? 128);
  // A quarter of the picture, and no more than what one square can fill with as much context.
  const usual = image ? Math.max(1, Math.min(Math.round(Math.max(image.width, image.height) / 4), resolution * 4)) : 64;
  const total = SIDES.reduce((sum, side) => sum + margins[side], 0);
  return (
    <Popover width={290} position="bottom" withArrow opened={opened} onChange={setOpened} trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          aria-label="Extend the canvas"
          title="Extend the canvas"
          disabled={busy || !image}
          onClick={() => setOpened(!opened)}
          data-testid="extend-menu"
        >
          <IconPhotoPlus size={17} stroke={1.7} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown>
        <form
          className={classes.menu}
          aria-label="Extend the canvas"
          onSubmit={(event) => {
            event.preventDefault();
            if (total === 0) return;
            setOpened(false);
            session.extend(margins);
            setMargins({ top: 0, left: 0, right: 0, bottom: 0 });
          }}
        >
          <p>New canvas on any side, all of it hole: the picture goes on beyond its edge.</p>
          <div className={classes.sides}>
            {SIDES.map((side) => (
              <NumberInput
                key={side}
                size="xs"
                className={classes[side] ?? ''}
                label={side.charAt(0).toUpperCase() + side.slice(1)}
                suffix=" px"
                min={0}
                max={4096}
                step={usual}
                allowDecimal={false}
                allowNegative={false}
                value={margins[side]}
                onChange={(value) => setMargins({ ...margins, [side]: Math.min(4096, Number(value) || 0) })}
                data-testid={`extend-${side}`}
              />
            ))}
          </div>
          <Button type="submit" disabled={total === 0} data-testid="extend">
            Extend
          </Button>
        </form>
      </Popover.Dropdown>
    </Popover>
  );
}
