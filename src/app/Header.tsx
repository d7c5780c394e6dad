import { Link, useRoute } from 'wouter';
import type { Capabilities } from '../engine/types';
import { labs } from '../labs';
import { Logo } from '../ui/Logo';
import { BackendBadge } from './BackendBadge';
import { ThemeSwitch } from './ThemeSwitch';
import classes from './Header.module.css';

/** The page of all models, and with an id the card of one. No lab may have this name. */
export const MODELS_ROUTE = '/models/:id?';

/** Name, promise, labs, models, where the work runs, light or dark. */
export function Header({ found }: { found: Capabilities | Error | null }) {
  return (
    <header className={classes.header}>
      <Link href="/" className={classes.home} aria-label="Tessera, home">
        <Logo />
        <span className={classes.name}>Tessera</span>
      </Link>
      <nav className={classes.nav} aria-label="Labs and models">
        {labs.map((lab) => (
          <LabLink key={lab.id} id={lab.id} title={lab.title} blurb={lab.blurb} />
        ))}
        <LabLink
          id="models"
          route={MODELS_ROUTE}
          title="Models"
          blurb="Every model: what it can do, how it was made, what is kept."
        />
      </nav>
      <div className={classes.end}>
        <BackendBadge found={found} />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function LabLink(props: { id: string; title: string; blurb: string; route?: string }) {
  const { id, title, blurb, route = `/${id}` } = props;
  const [active] = useRoute(route);
  return (
    <Link href={`/${id}`} className={classes.lab} aria-current={active ? 'page' : undefined} title={blurb}>
      {title}
    </Link>
  );
}
