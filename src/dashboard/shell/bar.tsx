import { ChevronDown, Search } from 'lucide-react';
import { lazy, Suspense, type ReactElement } from 'react';
import { useLive } from '../api/events.ts';
import { useSession } from '../api/session.tsx';
import { Button } from '../ui/button.tsx';
import { visible } from '../ui/visible.ts';
import { useOrganization } from './address.ts';
import styles from './shell.module.css';

// Loaded after the first paint; the placeholders have the menus' size.
const OrganizationMenu = lazy(() => import('./organization-menu.tsx'));
const PersonMenu = lazy(() => import('./person-menu.tsx'));

/** The bar above every page: organization, search, live state, the user. */
export function Bar({ onFind }: { readonly onFind: () => void }): ReactElement {
  const isLive = useLive();
  const { everyOrganization, actor } = useSession();
  const organization = useOrganization();
  return (
    <header className={styles['bar']}>
      {everyOrganization ? (
        <Suspense fallback={<Closed text={organization} />}>
          <OrganizationMenu />
        </Suspense>
      ) : (
        <strong>{organization}</strong>
      )}
      <button type="button" className={styles['find']} onClick={onFind}>
        <Search aria-hidden />
        <span>Find keys, scopes, pages</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span className={styles['live']} data-live={isLive} role="status">
        {isLive ? 'Live' : 'Not live'}
      </span>
      <Suspense fallback={<Closed text={visible(actor)} />}>
        <PersonMenu />
      </Suspense>
    </header>
  );
}

function Closed({ text }: { readonly text: string }): ReactElement {
  return (
    <Button look="quiet" disabled>
      {text}
      <ChevronDown aria-hidden />
    </Button>
  );
}
