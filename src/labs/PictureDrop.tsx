import { Dropzone } from '@mantine/dropzone';
import type { ReactNode } from 'react';
import { IconPhoto } from '../ui/icons';
import classes from './PictureDrop.module.css';

export interface PictureDropProps {
  readonly onFiles: (files: File[]) => void;
  /** Several at once; else the first one counts. */
  readonly multiple?: boolean;
  /** What may be dropped, pasted and chosen, for assistive technology. */
  readonly label: string;
  readonly inputTestId: string;
  /** Larger, where it is the first thing that a visitor sees. */
  readonly roomy?: boolean;
  /** The same in sight. */
  readonly children: ReactNode;
}

/** The place to drop a picture on, or to choose one by a click. */
export function PictureDrop({ onFiles, multiple = false, label, inputTestId, roomy, children }: PictureDropProps) {
  return (
    <Dropzone
      onDrop={onFiles}
      multiple={multiple}
      className={classes.drop ?? ''}
      data-roomy={roomy || undefined}
      role="button"
      data-testid="drop-zone"
      aria-label={label}
      inputProps={{
        hidden: true,
        'aria-label': multiple ? 'Choose pictures' : 'Choose a picture',
        ...{ 'data-testid': inputTestId },
      }}
      activateOnClick
    >
      <span className={classes.dropLine}>
        <IconPhoto size={20} stroke={1.6} aria-hidden="true" />
        <span>{children}</span>
      </span>
    </Dropzone>
  );
}

/** The whole page as a place to drop on, as soon as a file is over it. @param children what letting go does */
export function DropAnywhere(props: { onFiles: PictureDropProps['onFiles']; multiple?: boolean; children: ReactNode }) {
  const { onFiles, multiple = false, children } = props;
  return (
    <Dropzone.FullScreen
      active
      withinPortal={false}
      onDrop={onFiles}
      multiple={multiple}
      className={classes.everywhere ?? ''}
      inputProps={{
        'aria-label': multiple ? 'Pictures dropped anywhere on the page' : 'A picture dropped anywhere on the page',
      }}
    >
      <p className={classes.everywhereText}>{children}</p>
    </Dropzone.FullScreen>
  );
}
