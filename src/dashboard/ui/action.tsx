import { Lock } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { useGate, type Gate } from '../api/gate.ts';
import { Button, type ButtonProps } from './button.tsx';
import { LockedButton } from './locked-button.tsx';

interface ActionProps extends Omit<ButtonProps, 'onClick' | 'isLocked'> {
  readonly operation: OperationId;
  /** The command that does the same. */
  readonly command: string;
  readonly onClick: () => void;
  readonly children: ReactNode;
  /** Set if it is locked for a reason of its own. */
  readonly gate?: Gate | undefined;
}

/**
 * A button for an operation. If that may not be done here, it keeps its place and shows why, and the command to use
 * instead.
 */
export function Action({ operation, command, onClick, children, gate, ...rest }: ActionProps): ReactElement {
  const closed = useGate()(operation) ?? gate;
  if (closed === undefined)
    return (
      <Button {...rest} onClick={onClick}>
        {children}
      </Button>
    );
  const { 'aria-label': label, ...look } = rest;
  return (
    <LockedButton {...look} aria-label={`locked: ${label ?? textOf(children)}`} gate={closed} command={command}>
      <Lock aria-hidden />
      {withoutIcon(children)}
    </LockedButton>
  );
}

/** The lock replaces the icon, so that the control keeps its size. */
function withoutIcon(children: ReactNode): ReactNode {
  return Array.isArray(children) ? children.slice(1) : children;
}

function textOf(children: ReactNode): string {
  const parts: readonly unknown[] = Array.isArray(children) ? children : [children];
  return parts.filter((part) => typeof part === 'string' || typeof part === 'number').join('');
}
