import { Menu } from '@base-ui/react/menu';
import { Check, ChevronDown, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { signOut, useSession } from '../api/session.tsx';
import { Button } from '../ui/button.tsx';
import { visible } from '../ui/visible.ts';
import overlay from '../ui/overlay.module.css';
import { chooseTheme, currentTheme, themes } from './theme.ts';

const themeIcons = { auto: Monitor, light: Sun, dark: Moon };
const themeNames = { auto: 'As the system', light: 'Light', dark: 'Dark' };

/** Who is signed in, the theme, and signing out. */
export default function PersonMenu(): ReactElement {
  const { actor, role, expires } = useSession();
  const [theme, setTheme] = useState(currentTheme);
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button look="quiet" />}>
        {visible(actor)}
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
