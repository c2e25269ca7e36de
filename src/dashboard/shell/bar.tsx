import { Menu } from '@base-ui/react/menu';
import { Check, ChevronDown, LogOut, Monitor, Moon, Search, Sun } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { useLive } from '../api/events.ts';
import { signOut, useSession } from '../api/session.tsx';
import { Button } from '../ui/button.tsx';
import overlay from '../ui/overlay.module.css';
import { useOrganization } from './address.ts';
import { OrganizationMenu } from './organization-menu.tsx';
import styles from './shell.module.css';
import { chooseTheme, currentTheme, themes } from './theme.ts';

/** The line above every page: organization, search, live state, the person. */
export function Bar({ onFind }: { readonly onFind: () => void }): ReactElement {
  const isLive = useLive();
  const { everyOrganization } = useSession();
  const organization = useOrganization();
  return (
    <header className={styles['bar']}>
      {everyOrganization ? <OrganizationMenu /> : <strong>{organization}</strong>}
      <button type="button" className={styles['find']} onClick={onFind}>
        <Search aria-hidden />
        <span>Find keys, scopes, pages</span>
        <kbd>Ctrl K</kbd>
      </button>
      <span className={styles['live']} data-live={isLive} role="status">
        {isLive ? 'Live' : 'Not live'}
      </span>
      <PersonMenu />
    </header>
  );
}

const themeIcons = { auto: Monitor, light: Sun, dark: Moon };
const themeNames = { auto: 'As the system', light: 'Light', dark: 'Dark' };

function PersonMenu(): ReactElement {
  const { actor, role, expires } = useSession();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button look="quiet" />}>
        {actor}
        <ChevronDown aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="end" sideOffset={4} collisionPadding={8}>
          <Menu.Popup className={overlay['menu']}>
            <p className={overlay['note']}>
              Role {role}. Signed in until {new Date(expires).toLocaleString()} at the latest.
            </p>
            {themes.map((name) => {
              const Icon = themeIcons[name];
              return (
                <Menu.Item
                  key={name}
                  className={overlay['item']}
                  closeOnClick={false}
                  onClick={() => {
                    chooseTheme(name);
                    setTheme(name);
                  }}
                >
                  <Icon aria-hidden />
                  {themeNames[name]}
                  {theme === name ? <Check aria-label="chosen" /> : undefined}
                </Menu.Item>
              );
            })}
            <Menu.Item className={overlay['item']} onClick={() => void signOut()}>
              <LogOut aria-hidden />
              Sign out
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
