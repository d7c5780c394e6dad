import { lazy, Suspense, useRef, useState } from 'react';
import { Button } from '@mantine/core';
import { IconCamera, IconFolder } from '../../../ui/icons';
import { formatInteger } from '../../../ui/format';
import { DropAnywhere, PictureDrop } from '../../PictureDrop';
import { SampleRow } from '../../SampleRow';
import { promiseOf } from '../../codeFacts';
import { selectModel } from '../store';
import { isSampleShown } from '../../samples';
import { useLab, useLabState } from './labState';
import classes from './Intro.module.css';

const CameraDialog = lazy(() => import('./CameraDialog'));

/** Until the models are known: what the first one is. */
const usual = { resolution: 128, grids: [{ name: 'codes', factor: 8, codebookSize: 1024 }] };

/** The promise in one breath, and every door a picture can come in by. */
export function Intro() {
  const { takeFiles, session, context } = useLab();
  const onGpu = useLabState(({ capabilities }) => !capabilities || capabilities.backend === 'webgpu');
  const model = useLabState(selectModel);
  const samples = useLabState((state) => state.samples);
  const asked = useLabState((state) => state.spec.source);
  const shown = useLabState((state) => state.source?.name);
  const { integers, grids } = promiseOf(model ?? usual);
  const folder = useRef<HTMLInputElement>(null);
  const [camera, setCamera] = useState(false);
  return (
    <div className={classes.intro}>
      <div className={classes.words}>
        <h1 className={classes.promise}>A picture is {formatInteger(integers)} integers.</h1>
        <p className={classes.lede}>
          Drop one. A small network reads it as {grids}; a second one paints it again from nothing but those codes. It
          all runs here, on your own {onGpu ? 'GPU' : 'machine'}: nothing is uploaded.
        </p>
      </div>
      <div className={classes.doors}>
        <PictureDrop
          onFiles={takeFiles}
          multiple
          label="Drop a picture anywhere, paste one, or press Enter to choose files"
          inputTestId="file-input"
          roomy
        >
          <strong>Drop a picture</strong> anywhere, paste one, or click to choose
        </PictureDrop>
        <div className={classes.buttons}>
          <Button leftSection={<IconCamera size={15} stroke={1.7} />} onClick={() => setCamera(true)}>
            Camera
          </Button>
          <Button leftSection={<IconFolder size={15} stroke={1.7} />} onClick={() => folder.current?.click()}>
            Folder
          </Button>
          <input
            ref={(input) => {
              folder.current = input;
              input?.setAttribute('webkitdirectory', '');
            }}
            type="file"
            multiple
            hidden
            aria-label="Choose a folder of pictures"
            data-testid="folder-input"
            onChange={(event) => {
              takeFiles([...(event.currentTarget.files ?? [])]);
              event.currentTarget.value = '';
            }}
          />
        </div>
        <SampleRow
          samples={samples}
          samplesUrl={context.samplesUrl}
          isActive={(sample) => isSampleShown(sample, asked, shown)}
          onPick={({ file }) => void session.change({ source: { kind: 'sample', file } })}
        />
      </div>
      <DropAnywhere onFiles={takeFiles} multiple>
        Let go: it becomes codes
      </DropAnywhere>
      {camera && (
        <Suspense fallback={null}>
          <CameraDialog onClose={() => setCamera(false)} onShot={(blob) => void session.open(blob, 'Camera picture')} />
        </Suspense>
      )}
    </div>
  );
}
