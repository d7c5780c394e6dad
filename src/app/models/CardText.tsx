import type { ComponentProps, ReactNode } from 'react';
import Markdown from 'markdown-to-jsx/react';
import classes from './CardText.module.css';

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

const options = {
  // A card may come out of anybody's folder: no HTML of its own, and nothing that asks another server for a picture.
  disableParsingRawHTML: true,
  forceBlock: true,
  overrides: {
    // Under the model's own title the page's outline goes on at h4.
    ...{ h1: { component: heading('h4') }, h2: { component: heading('h5') }, h3: { component: heading('h6') } },
    ...{ h4: { component: heading('h6') }, h5: { component: heading('h6') } },
    ...{ table: { component: Table }, a: { component: Link }, img: { component: () => null } },
  },
} as const;

/** A model card: headings, lists, tables, code. Loaded with its parser when a card is opened. */
export default function CardText({ text }: { text: string }) {
  return (
    <div className={classes.text} data-testid="card-text">
      <Markdown options={options}>{text}</Markdown>
    </div>
  );
}
