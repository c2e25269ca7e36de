import { Menu } from '@base-ui/react/menu';
import { Ellipsis } from 'lucide-react';
import type { ReactElement } from 'react';
import overlay from '../ui/overlay.module.css';
import { useGo } from './address.ts';
import { sections } from './sections.ts';
import styles from './shell.module.css';

/** The sections that have no place of their own on a narrow screen. */
export default function MoreMenu(): ReactElement {
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
