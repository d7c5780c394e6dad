import { useMemo, type ComponentProps, type ReactNode } from 'react';
import Markdown from 'markdown-to-jsx/react';
import type { ModelSummary } from '../../engine/types';
import classes from './CardText.module.css';
import { useModelPicture } from './useModelPicture';

/** A wide table scrolls by itself, and with the keyboard. */
function Table(props: ComponentProps<'table'>) {
  return (
    <div className={classes.scroll} tabIndex={0} role="region" aria-label="Table">
      <table {...props} />
    </div>
  );
}

/** Links of a card lead out of the page. */
function Link(props: ComponentProps<'a'>) {
  return <a {...props} target="_blank" rel="noreferrer" />;
}

/** A heading without the id that the parser makes up: two open cards would have the same ones. */
const heading = (Tag: 'h4' | 'h5' | 'h6') =>
  function Heading({ children }: { children?: ReactNode }) {
    return <Tag>{children}</Tag>;
  };

/** A picture that lies in the model's own folder; a card may not ask any server for one. */
function OwnPicture({ model, src = '', alt = '' }: { model: ModelSummary; src?: string; alt?: string }) {
  const url = useModelPicture(model, [src]);
  return url && <img src={url} alt={alt} className={classes.picture} />;
}

const OWN_FILE = /^[\w-]+\.(webp|png)$/;

const optionsFor = (model: ModelSummary) => ({
  // A card may come out of anybody's folder: no HTML of its own.
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: {
    // Under the model's own title the page's outline goes on at h4.
    ...{ h1: { component: heading('h4') }, h2: { component: heading('h5') }, h3: { component: heading('h6') } },
    ...{ h4: { component: heading('h6') }, h5: { component: heading('h6') } },
    ...{ table: { component: Table }, a: { component: Link } },
    img: {
      component: ({ src = '', alt = '' }: { src?: string; alt?: string }) =>
        OWN_FILE.test(src) ? <OwnPicture model={model} src={src} alt={alt} /> : null,
    },
  },
});

/** A model card: headings, lists, tables, code, pictures of its own folder. Loaded with its parser when a card is opened. */
export default function CardText({ text, model }: { text: string; model: ModelSummary }) {
  const options = useMemo(() => optionsFor(model), [model]);
  return (
    <div className={classes.text} data-testid="card-text">
      <Markdown options={options}>{text}</Markdown>
    </div>
  );
}
