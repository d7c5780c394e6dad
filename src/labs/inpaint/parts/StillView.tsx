import { PictureCanvas } from '../../../ui/PictureCanvas';
import type { PictureLike } from '../../../ui/types';
import stage from '../../Stage.module.css';

/** A titled picture with a sentence below. */
export function StillView(props: { title: string; note: string; picture: PictureLike | undefined; testId?: string }) {
  const { title, note, picture, testId } = props;
  return (
    <section className={stage.view} aria-label={title}>
      <h3>{title}</h3>
      <div className={stage.stage}>
        {picture ? (
          <PictureCanvas picture={picture} label={title} {...(testId ? { testId } : {})} />
        ) : (
          <p className={stage.empty}>Not there yet.</p>
        )}
      </div>
      <p className={stage.foot}>{note}</p>
    </section>
  );
}
