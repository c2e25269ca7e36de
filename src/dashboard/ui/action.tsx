import { Lock } from 'lucide-react';
import { lazy, Suspense, type ReactElement, type ReactNode } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { useGate, type Gate } from '../api/gate.ts';
import { Button, type ButtonProps } from './button.tsx';

// Most sessions see no lock, and what floats is large.
const LockedButton = lazy(() => import('./locked-button.tsx'));

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
  const { 'aria-label': label, ...look } = rest;
  const locked = (
    <>
      <Lock aria-hidden />
      {withoutIcon(children)}
    </>
  );
  const name = `locked: ${label ?? textOf(children)}`;
  return (
    <Suspense
      fallback={
        <Button {...look} isLocked aria-label={name}>
          {locked}
        </Button>
      }
    >
      <LockedButton {...look} aria-label={name} gate={closed} command={command}>
        {locked}
      </LockedButton>
    </Suspense>
  );
}

/** The lock stands in the place of the icon, so that the control keeps its size. */
function withoutIcon(children: ReactNode): ReactNode {
  return Array.isArray(children) ? children.slice(1) : children;
}

function textOf(children: ReactNode): string {
  const parts: readonly unknown[] = Array.isArray(children) ? children : [children];
  return parts.filter((part) => typeof part === 'string' || typeof part === 'number').join('');
}
