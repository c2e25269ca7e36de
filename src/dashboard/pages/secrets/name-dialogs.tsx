import { useState, type ReactElement } from 'react';
import { parseKey } from '../../../api/names.ts';
import { commandLine } from '../../api/command-line.ts';
import { useWrite } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Command } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorNotice, sentence } from '../../ui/notice.tsx';

interface DeclareProps {
  readonly scope: string;
  readonly onClose: () => void;
}

/** Declares a name without a value. */
export function DeclareDialog({ scope, onClose }: DeclareProps): ReactElement {
  const organization = useOrganization();
  const [key, setKey] = useState('');
  const { mutate, error, isPending } = useWrite('secrets.declare');
  const parsed = parseKey(key);
  return (
    <Dialog
      title="Declare name"
      onClose={onClose}
      onSubmit={() => {
        if (parsed.ok)
          mutate(
            { scope, key },
            {
              onSuccess: () => {
                say(`Declared ${key} in ${scope}.`);
                onClose();
              },
            },
          );
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!parsed.ok || isPending}>
            Declare name
          </Button>
        </>
      }
    >
      <p>
        A name without a value in <code>{scope}</code>: jobs see that it is declared and not set, and somebody sets its
        value later.
      </p>
      <TextField
        label="Name"
        isMono
        autoFocus
        value={key}
        onChange={(event) => {
          setKey(event.target.value);
        }}
        problem={key === '' || parsed.ok ? undefined : sentence(parsed.reason)}
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={commandLine(organization, 'secrets.declare', { scope, key: key === '' ? undefined : key })} />
    </Dialog>
  );
}

/** Deletes a secret, after its name was typed. */
export function DeleteSecretDialog({
  scope,
  secretKey: key,
  onClose,
}: DeclareProps & { readonly secretKey: string }): ReactElement {
  const organization = useOrganization();
  const { mutate, error, isPending } = useWrite('secrets.delete');
  return (
    <ConfirmDialog
      title={`Delete ${key}`}
      name={key}
      verb="Delete secret"
      command={commandLine(organization, 'secrets.delete', { scope, key })}
      error={error}
      isBusy={isPending}
      onClose={onClose}
      onConfirm={() => {
        mutate(
          { scope, key },
          {
            onSuccess: ({ existed, restorableUntil }) => {
              const until = restorableUntil === undefined ? '' : ` It can be restored until ${restorableUntil}.`;
              say(existed ? `Deleted ${key} from ${scope}.${until}` : `There was no ${key} in ${scope} any more.`);
              onClose();
            },
          },
        );
      }}
    >
      <p>
        From scope <code>{scope}</code>. Jobs that start after this do not get it from there; a key that other scopes
        supply too is supplied by the next of them.
      </p>
    </ConfirmDialog>
  );
}
