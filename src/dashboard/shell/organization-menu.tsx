import { Menu } from '@base-ui/react/menu';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactElement } from 'react';
import { useLocation } from 'wouter';
import { useRead } from '../api/queries.ts';
import { Button } from '../ui/button.tsx';
import overlay from '../ui/overlay.module.css';
import { useOrganization } from './address.ts';

/** Switches the organization, for a token of every organization. */
export default function OrganizationMenu(): ReactElement {
  const organization = useOrganization();
  const [, navigate] = useLocation();
  const { data } = useRead('organizations.list', {});
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button look="quiet" aria-label={`Organization ${organization}`} />}>
        {organization}
        <ChevronDown aria-hidden />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner align="start" sideOffset={4} collisionPadding={8}>
          <Menu.Popup className={overlay['menu']}>
            {(data?.organizations ?? [{ name: organization }]).map(({ name }) => (
              <Menu.Item
                key={name}
                className={overlay['item']}
                onClick={() => {
                  navigate(`/orgs/${encodeURIComponent(name)}/grid`);
                }}
              >
                {name}
                {name === organization ? <Check aria-label="shown now" /> : undefined}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
