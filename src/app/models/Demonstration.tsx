import { Button } from '@mantine/core';
import type { ModelSummary } from '../../engine/types';
import { sampleUrl } from '../../labs/samples';
import { formatDb } from '../../ui/format';
import { PictureCanvas } from '../../ui/PictureCanvas';
import { sampleFor } from './desk';
import { useDesk, useDeskState } from './deskContext';
import { useModelPicture } from './useModelPicture';
import classes from './Demonstration.module.css';

/** What a model can do, as a picture: computed here and now for a tokenizer, out of its folder for a prior. */
export function Demonstration({ model }: { model: ModelSummary }) {
  return model.family === 'vqvae' ? <LivePictures model={model} /> : <Preview model={model} />;
}

/** A sample, and what the model makes of it. */
function LivePictures({ model }: { model: ModelSummary }) {
  const { desk, samplesUrl } = useDesk();
  const demo = useDeskState((state) => state.demos[model.id]);
  const samples = useDeskState((state) => state.samples);
  const chosen = useDeskState((state) => state.sample);
  const busy = useDeskState((state) => state.loads[model.id]?.phase === 'running');
  const sample = sampleFor(model, { samples, sample: chosen });
  const shown = demo && demo.sample === sample ? demo.run : null;
  return (
    <figure className={classes.figure} data-testid="demonstration">
      <div className={classes.pair}>
        <div className={classes.picture}>
          {shown ? (
            <PictureCanvas picture={shown.input} label={`${sample?.title}, as the model gets it`} />
          ) : (
            sample && (
              <img
                src={sampleUrl(samplesUrl, sample.file)}
                alt={sample.title}
                className={classes.image}
                data-fit={'fit' in model ? model.fit : 'contain'}
                loading="lazy"
              />
            )
          )}
        </div>
        <span className={classes.arrow} aria-hidden="true" />
        <div className={classes.picture}>
          {shown ? (
            <PictureCanvas picture={shown.image} label={`${sample?.title}, from its codes`} testId="demo-picture" />
          ) : (
            <Button
              variant="subtle"
              size="compact-xs"
              disabled={busy || !sample}
              onClick={() => void desk.load(model.id)}
              data-testid="show"
            >
              {busy ? 'On its way' : 'Show'}
            </Button>
          )}
        </div>
      </div>
      <figcaption className={classes.caption}>
        {shown ? `${sample?.title}: ${formatDb(shown.metrics.psnr)}, just now, here` : sample?.title}
      </figcaption>
    </figure>
  );
}

/** Names under which a folder may hold a picture of what the model does. */
const PREVIEWS = ['preview.webp', 'preview.png'];

/** The picture that lies in the model's folder, if there is one. */
function Preview({ model }: { model: ModelSummary }) {
  const { title } = model;
  const url = useModelPicture(model, PREVIEWS);
  return (
    <figure className={classes.figure}>
      {url ? (
        <img className={classes.preview} src={url} alt={`Pictures made by ${title}`} data-testid="preview" />
      ) : (
        <p className={classes.none}>A prior has no picture of its own: it writes codes, which its tokenizer paints.</p>
      )}
    </figure>
  );
}
