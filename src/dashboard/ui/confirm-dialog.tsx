import { useState, type ReactElement } from 'react';
import type { OperationId } from '../../api/registry.ts';
import { TextField } from './field.tsx';
import { WriteDialog, type WriteDialogProps } from './write-dialog.tsx';

interface ConfirmProps<Id extends OperationId> extends Omit<WriteDialogProps<Id>, 'isReady' | 'isDraft' | 'look'> {
  /** What has to be typed. */
  readonly name: string;
}

/** For what cannot be taken back by a click: the name of what goes is typed. */
export function ConfirmDialog<Id extends OperationId>({ name, children, ...rest }: ConfirmProps<Id>): ReactElement {
  const [typed, setTyped] = useState('');
  return (
    <WriteDialog {...rest} look="danger" isReady={typed === name} isDraft={false}>
      {children}
      <TextField label={`Type ${name} to confirm`} isMono autoFocus value={typed} onText={setTyped} />
    </WriteDialog>
  );
}
