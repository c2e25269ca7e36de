import { useState, type ReactElement } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { TextField } from './field.tsx';
import { WriteDialog, type WriteDialogProps } from './write-dialog.tsx';

interface ConfirmProps<Id extends OperationId> extends Omit<WriteDialogProps<Id>, 'isReady' | 'isDraft' | 'look'> {
  /** The name that must be typed. */
  readonly name: string;
}

/** For what a click cannot undo: the user types the name of what is deleted. */
export function ConfirmDialog<Id extends OperationId>({ name, children, ...rest }: ConfirmProps<Id>): ReactElement {
  const [typed, setTyped] = useState('');
  return (
    <WriteDialog {...rest} look="danger" isReady={typed === name} isDraft={false}>
      {children}
      <TextField label={`Type ${name} to confirm`} isMono autoFocus value={typed} onText={setTyped} />
    </WriteDialog>
  );
}
