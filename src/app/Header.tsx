import { Link, useRoute } from 'wouter';
import type { Capabilities } from '../engine/types';
import { labs } from '../labs';
import { Logo } from '../ui/Logo';
import { BackendBadge } from './BackendBadge';
import { ThemeSwitch } from './ThemeSwitch';
import classes from './Header.module.css';

/** Name, promise, labs, where the work runs, light or dark. */
export function Header({ found }: { found: Capabilities | Error | null }) {
  return (
    <header className={classes.header}>
      <Link href="/" className={classes.home} aria-label="Tessera, home">
        <Logo />
        <span className={classes.name}>Tessera</span>
      </Link>
      <nav className={classes.nav} aria-label="Labs">
        {labs.map((lab) => (
          <LabLink key={lab.id} id={lab.id} title={lab.title} blurb={lab.blurb} />
        ))}
      </nav>
      <div className={classes.end}>
        <BackendBadge found={found} />
        <ThemeSwitch />
      </div>
    </header>
  );
}

function LabLink({ id, title, blurb }: { id: string; title: string; blurb: string }) {
  const [active] = useRoute(`/${id}`);
  return (
    <Link href={`/${id}`} className={classes.lab} aria-current={active ? 'page' : undefined} title={blurb}>
      {title}
    </Link>
  );
}
