import { Ellipsis } from 'lucide-react';
import { Suspense, type ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import { usePlaces } from './address.ts';
import { sections, type Section } from './sections.ts';
import { FailureBoundary } from './failure.tsx';
import styles from './shell.module.css';
import { lazilyLater } from '../ui/lazily.ts';

const MoreMenu = lazilyLater(() => import('./more-menu.tsx'));

/** The sections of the page, at its side or, on narrow screens, below it. */
export function Rail(): ReactElement {
  const item = (section: Section): ReactElement => <RailLink key={section.path} section={section} />;
  const inGroup = sections.filter(({ group }) => group !== undefined);
  const before = sections.slice(0, sections.indexOf(inGroup[0] ?? { title: '', path: '', icon: Ellipsis }));
  const after = sections.slice(before.length + inGroup.length);
  return (
    <nav className={styles['rail']} aria-label="Sections">
      <div className={styles['wideOnly']}>
        <div className={styles['brand']}>
          <img src="/icon.svg" alt="" />
          KiCI secrets
        </div>
        {before.map(item)}
        <h2 className={styles['group']}>Settings</h2>
        {inGroup.map(item)}
        <h2 className={styles['group']}>Organization</h2>
        {after.map(item)}
      </div>
      <div className={styles['narrowOnly']}>
        {sections.filter(({ isFirst }) => isFirst).map(item)}
        <FailureBoundary instead={<MoreToCome />}>
          <Suspense fallback={<MoreToCome />}>
            <MoreMenu />
          </Suspense>
        </FailureBoundary>
      </div>
    </nav>
  );
}

/** In the place of the menu, so that nothing moves when it comes. */
function MoreToCome(): ReactElement {
  return (
    <span className={styles['link']} aria-hidden>
      <Ellipsis />
      More
    </span>
  );
}

function RailLink({ section: { title, path, icon: Icon } }: { readonly section: Section }): ReactElement {
  const [location] = useLocation();
  const place = usePlaces()(path);
  const isHere = location === place || location.startsWith(`${place}/`);
  return (
    <Link href={place} className={styles['link']} {...(isHere && { 'aria-current': 'page' })}>
      <Icon aria-hidden />
      {title}
    </Link>
  );
}
