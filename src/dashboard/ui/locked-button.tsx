import { Popover } from '@base-ui/react/popover';
import { useRef, useState, type ReactElement } from 'react';
import type { Gate } from '../api/gate.ts';
import { Button, type ButtonProps } from './button.tsx';
import { Command } from './copy.tsx';
import styles from './overlay.module.css';
import { Time } from './time.tsx';

interface LockedButtonProps extends ButtonProps {
  readonly gate: Gate;
  readonly command: string;
}

/** Hover, focus and click open the same panel: why it is locked, and the command that does it. */
export default function LockedButton({ gate, command, ...rest }: LockedButtonProps): ReactElement {
  const [isOpen, setOpen] = useState(false);
  // What was closed with the focus on the button stays closed until the focus has gone.
  const wasClosed = useRef(false);
  return (
    <Popover.Root
      open={isOpen}
      onOpenChange={(open, { reason }) => {
        const next = open || reason === 'trigger-press';
        wasClosed.current = !next;
        setOpen(next);
      }}
    >
      <Popover.Trigger
        openOnHover
        delay={120}
        closeDelay={200}
        render={<Button {...rest} isLocked />}
        onFocus={({ currentTarget }) => {
          if (!wasClosed.current && currentTarget.matches(':focus-visible')) setOpen(true);
        }}
        onBlur={() => {
          wasClosed.current = false;
        }}
      />
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
    </Popover.Root>
  );
}
