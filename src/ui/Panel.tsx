import type { ReactNode } from 'react';
import classes from './Panel.module.css';

export type Tessera = 'ochre' | 'lapis' | 'verdigris' | 'terracotta' | 'bone';

/** A titled box with a tessera as its mark, one sentence that says what one sees, and its content. */
export function Panel(props: {
  title: string;
  tessera: Tessera;
  /** One sentence: what am I looking at? */
  lesson?: ReactNode;
  /** Facts or controls at the right end of the title row. */
  aside?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  const { title, tessera, lesson, aside, children, className } = props;
  return (
    <section className={`${classes.panel} ${className ?? ''}`} aria-label={title}>
      <header className={classes.head}>
        <h2 className={classes.title}>
          <span className={classes.mark} style={{ background: `var(--${tessera})` }} aria-hidden="true" />
          {title}
        </h2>
        {aside && <div className={classes.aside}>{aside}</div>}
      </header>
      {lesson && <p className={classes.lesson}>{lesson}</p>}
      {children}
    </section>
  );
}
