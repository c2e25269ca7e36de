import { Lock } from 'lucide-react';
import type { ReactElement, ReactNode } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { commandLine, type KnownInput } from '../api/command-line.ts';
import { useGate, type Gate } from '../api/gate.ts';
import { useOrganization } from '../shell/address.ts';
import { Button, type ButtonProps } from './button.tsx';
import { LockedButton } from './locked-button.tsx';

export interface ActionProps<Id extends OperationId> extends Omit<ButtonProps, 'onClick' | 'isLocked'> {
  readonly operation: Id;
  /** What is known of it, for the command that does the same. */
  readonly input: KnownInput<Id>;
  readonly onClick: () => void;
  readonly children: ReactNode;
  /** Set if it is locked for a reason of its own. */
  readonly gate?: Gate | undefined;
}

/**
 * A button for an operation. If that may not be done here, it keeps its place and shows why, and the command to use
 * instead.
 */
export function Action<Id extends OperationId>({
  operation,
  input,
  onClick,
  children,
  gate,
  ...rest
}: ActionProps<Id>): ReactElement {
  const organization = useOrganization();
  const closed = useGate()(operation) ?? gate;
  if (closed === undefined)
    return (
      <Button {...rest} onClick={onClick}>
        {children}
      </Button>
    );
  const { 'aria-label': label, ...look } = rest;
  return (
    <LockedButton
      {...look}
      aria-label={`locked: ${label ?? textOf(children)}`}
      gate={closed}
      command={commandLine(organization, operation, input)}
    >
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
