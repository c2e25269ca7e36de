import { ChevronDown, Search } from 'lucide-react';
import { Suspense, type ReactElement, type ReactNode } from 'react';
import { useLive } from '../api/events.ts';
import { useSession } from '../api/session.tsx';
import { Button } from '../ui/button.tsx';
import { visible } from '../ui/visible.ts';
import { useOrganization } from './address.ts';
import { FailureBoundary } from './failure.tsx';
import styles from './shell.module.css';
import { lazilyLater } from '../ui/lazily.ts';

// The placeholders have the menus' size.
const OrganizationMenu = lazilyLater(() => import('./organization-menu.tsx'));
const PersonMenu = lazilyLater(() => import('./person-menu.tsx'));

/** The bar above every page: organization, search, live state, the user. */
export function Bar({ onFind }: { readonly onFind: () => void }): ReactElement {
  const isLive = useLive();
  const { everyOrganization, actor } = useSession();
  const organization = useOrganization();
  return (
    <header className={styles['bar']}>
      {everyOrganization ? (
        <Part closed={<Closed text={organization} />}>
          <OrganizationMenu />
        </Part>
      ) : (
        <strong>{organization}</strong>
      )}
      <button type="button" className={styles['find']} onClick={onFind}>
        <Search aria-hidden />
        <span>Find keys, scopes, pages</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span className={styles['live']} data-live={isLive} role="status">
        <span>{isLive ? 'Live' : 'Not live'}</span>
      </span>
      <Part closed={<Closed text={visible(actor)} />}>
        <PersonMenu />
      </Part>
    </header>
  );
}

interface PartProps {
  /** In its place until it comes, or if it does not. */
  readonly closed: ReactNode;
  readonly children: ReactNode;
}

function Part({ closed, children }: PartProps): ReactElement {
  return (
    <FailureBoundary instead={closed}>
      <Suspense fallback={closed}>{children}</Suspense>
    </FailureBoundary>
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
