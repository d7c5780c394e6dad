import { formatBytes, formatInteger } from '../../../ui/format';
import { Panel } from '../../../ui/Panel';
import { PictureCanvas } from '../../../ui/PictureCanvas';
import { selectInput, selectModel } from '../store';
import { useLabState } from './labState';
import classes from './Boxes.module.css';

/** What the model is given. */
export function InputPanel() {
  const source = useLabState((state) => state.source);
  const input = useLabState(selectInput);
  const mode = useLabState((state) => state.spec.mode);
  const model = useLabState(selectModel);
  const file = useLabState((state) => state.decoded?.name);
  const side = model ? `${model.resolution} × ${model.resolution}` : 'a small';
  const rawBytes = input ? input.width * input.height * 3 : 0;
  return (
    <Panel
      title="Input"
      tessera="ochre"
      className={classes.panel}
      aside={input && `${input.width} × ${input.height} px`}
      lesson={
        file
          ? 'No picture came in: these codes were saved before, and are all there is.'
          : mode === 'tile'
            ? 'Your whole picture at its own resolution; the model reads it in overlapping tiles.'
            : `Your picture as the model sees it: scaled to ${side} square, three bytes for each pixel.`
      }
    >
      <div className={classes.stage}>
        {input ? (
          <PictureCanvas picture={input} label={`Input: ${source?.name ?? ''}`} testId="input" />
        ) : (
          <p className={classes.empty}>
            {file ? `The codes came out of ${file}.` : 'Drop a picture, or pick a sample above.'}
          </p>
        )}
      </div>
      {source && input && (
        <dl className={classes.facts}>
          <dt>Picture</dt>
          <dd className={classes.name} title={source.name}>
            {source.name}
          </dd>
          <dt>Source</dt>
          <dd>
            {source.picture.width} × {source.picture.height} px
            {source.fileBytes !== null && `, file of ${formatBytes(source.fileBytes)}`}
          </dd>
          <dt>As pixels</dt>
          <dd>{formatInteger(rawBytes)} bytes</dd>
        </dl>
      )}
    </Panel>
  );
}
