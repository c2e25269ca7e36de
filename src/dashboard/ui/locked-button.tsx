import { useId, useRef, useState, type ReactElement } from 'react';
import type { Gate } from '../api/gate.ts';
import { Button, type ButtonProps } from './button.tsx';
import { Command } from './copy.tsx';
import styles from './overlay.module.css';
import { Time } from './time.tsx';

interface LockedButtonProps extends ButtonProps {
  readonly gate: Gate;
  readonly command: string;
}

/** Long enough not to flicker under a passing pointer, and to reach the panel. */
const hoverMs = { open: 120, close: 250 };

/** Hover, focus and click open the same panel: why it is locked, and the command that does it. */
export function LockedButton({ gate, command, ...rest }: LockedButtonProps): ReactElement {
  const id = useId();
  const panel = useRef<HTMLDivElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const [isOpen, setOpen] = useState(false);
  const later = (act: 'showPopover' | 'hidePopover', ms: number) => (): void => {
    clearTimeout(timer.current);
    timer.current = setTimeout(() => panel.current?.[act](), ms);
  };
  const anchor = `--${id}`;
  const hover = {
    onMouseEnter: later('showPopover', hoverMs.open),
    onMouseLeave: later('hidePopover', hoverMs.close),
  };
  return (
    <>
      <Button
        {...rest}
        {...hover}
        isLocked
        popoverTarget={id}
        popoverTargetAction="show"
        style={{ anchorName: anchor }}
        onFocus={({ currentTarget }) => {
          if (currentTarget.matches(':focus-visible')) panel.current?.showPopover();
        }}
      />
      <div
        {...hover}
        ref={panel}
        id={id}
        popover="auto"
        role="dialog"
        aria-label="Locked"
        className={styles['lock']}
        style={{ positionAnchor: anchor }}
        onToggle={({ newState }) => {
          setOpen(newState === 'open');
        }}
      >
        {isOpen ? (
          <div className={styles['stack']}>
            <strong>Locked</strong>
            <p>{gate.why}</p>
            {gate.since === undefined ? undefined : (
              <p>
                Since <Time at={gate.since} />.
              </p>
            )}
            <p>{gate.next}</p>
            <Command text={command} />
          </div>
        ) : undefined}
      </div>
    </>
  );
}
