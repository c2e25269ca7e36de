import { Popover } from '@base-ui/react/popover';
import { Lock } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { useGate, type Gate } from '../api/gate.ts';
import { Button, type ButtonProps } from './button.tsx';
import { Command } from './copy.tsx';
import styles from './overlay.module.css';
import { Time } from './time.tsx';

interface ActionProps extends Omit<ButtonProps, 'onClick' | 'isLocked'> {
  readonly operation: OperationId;
  /** The command that does the same. */
  readonly command: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
  /** Set where it is locked for a reason of its own. */
  readonly gate?: Gate | undefined;
}

/** A button for an operation. Where that may not be done here it keeps its place, and says why and what does it. */
export function Action({ operation, command, onClick, children, gate, ...rest }: ActionProps): ReactElement {
  const closed = useGate()(operation) ?? gate;
  if (closed === undefined)
    return (
      <Button {...rest} onClick={onClick}>
        {children}
      </Button>
    );
  return (
    <Popover.Root>
      <Popover.Trigger
        openOnHover
        delay={120}
        closeDelay={200}
        render={
          <Button {...rest} isLocked>
            <Lock aria-label="locked:" />
            {withoutIcon(children)}
          </Button>
        }
      />
      <LockPanel gate={closed} command={command} />
    </Popover.Root>
  );
}

/** The lock stands in the place of the icon, so that the control keeps its size. */
function withoutIcon(children: ReactNode): ReactNode {
  return Array.isArray(children) ? children.slice(1) : children;
}

function LockPanel({ gate, command }: { readonly gate: Gate; readonly command: string }): ReactElement {
  return (
    <Popover.Portal>
      <Popover.Positioner sideOffset={6} collisionPadding={12}>
        <Popover.Popup className={styles['panel']} initialFocus={false}>
          <div className={styles['stack']}>
            <Popover.Title render={<strong />}>Locked</Popover.Title>
            <Popover.Description render={<p />}>{gate.why}</Popover.Description>
            {gate.since === undefined ? undefined : (
              <p>
                Since <Time at={gate.since} />.
              </p>
            )}
            <p>{gate.next}</p>
            <Command text={command} />
          </div>
        </Popover.Popup>
      </Popover.Positioner>
    </Popover.Portal>
  );
}
