import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import { Link, useLocation } from 'wouter';
import overlay from '../ui/overlay.module.css';
import { useGo, usePlaces } from './address.ts';
import { sections, type Section } from './sections.ts';
import styles from './shell.module.css';

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
        <More />
      </div>
    </nav>
  );
}

function RailLink({ section: { title, path, icon: Icon } }: { readonly section: Section }): ReactElement {
  const [location] = useLocation();
  const place = usePlaces()(path);
  const isHere = location === place || location.startsWith(`${place}/`);
  return (
    <Link href={place} className={styles['link']} {...(isHere ? { 'aria-current': 'page' } : {})}>
      <Icon aria-hidden />
      {title}
    </Link>
  );
}

function More(): ReactElement {
  const go = useGo();
  return (
    <Menu.Root>
      <Menu.Trigger className={styles['link']}>
        <Ellipsis aria-hidden />
        More
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" sideOffset={6} collisionPadding={8}>
          <Menu.Popup className={overlay['menu']}>
            {sections
              .filter(({ isFirst }) => isFirst !== true)
              .map(({ title, path, icon: Icon }) => (
                <Menu.Item
                  key={path}
                  className={overlay['item']}
                  onClick={() => {
                    go(path);
                  }}
                >
                  <Icon aria-hidden />
                  {title}
                </Menu.Item>
              ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
