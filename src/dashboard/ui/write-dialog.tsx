import type { ReactElement } from 'react';
import { flushSync } from 'react-dom';
import type { ClientInput, ClientOutput, OperationId } from '../../api/registry.ts';
import { commandLine } from '../api/command-line.ts';
import type { Problem } from '../api/problem.ts';
import { useWrite } from '../api/queries.ts';
import { useOrganization } from '../shell/address.ts';
import { say } from '../shell/toast.tsx';
import { FormDialog, type FormDialogProps } from './form-dialog.tsx';

export interface WriteDialogProps<Id extends OperationId> extends Omit<
  FormDialogProps,
  'isBusy' | 'error' | 'command' | 'onSubmit'
> {
  readonly operation: Id;
  readonly input: ClientInput<Id>;
  /** What to say once it was done. */
  readonly done: (answer: ClientOutput<Id>) => string;
  readonly onDone?: (answer: ClientOutput<Id>) => void;
  readonly onFailed?: (problem: Problem) => void;
}

/** A form for one operation, which supplies its command, its error and its result. */
export function WriteDialog<Id extends OperationId>({
  operation,
  input,
  done,
  onDone,
  onFailed,
  onClose,
  ...rest
}: WriteDialogProps<Id>): ReactElement {
  const organization = useOrganization();
  const { mutate, error, isPending } = useWrite(operation);
  return (
    <FormDialog
      {...rest}
      isBusy={isPending}
      error={error}
      command={commandLine(organization, operation, input)}
      onClose={onClose}
      onSubmit={() => {
        mutate(input, {
          onError: (problem) => onFailed?.(problem),
          onSuccess: (answer) => {
            say(done(answer));
            // What comes next finds no draft.
            flushSync(onClose);
            onDone?.(answer);
          },
        });
      }}
    />
  );
}
