import { useState, type ReactElement } from 'react';
import { parseKey } from '../../../api/names.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { sentence } from '../../ui/notice.tsx';
import { WriteDialog } from '../../ui/write-dialog.tsx';

interface DeclareProps {
  readonly scope: string;
  readonly onClose: () => void;
}

/** Declares a name without a value. */
export function DeclareDialog({ scope, onClose }: DeclareProps): ReactElement {
  const [key, setKey] = useState('');
  const parsed = parseKey(key);
  return (
    <WriteDialog
      title="Declare name"
      operation="secrets.declare"
      input={{ scope, key }}
      verb="Declare name"
      isReady={parsed.ok}
      done={() => `Declared ${key} in ${scope}.`}
      onClose={onClose}
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
        onText={setKey}
        problem={key === '' || parsed.ok ? undefined : sentence(parsed.reason)}
      />
    </WriteDialog>
  );
}

/** Deletes a secret, after its name was typed. */
export function DeleteSecretDialog({
  scope,
  secretKey: key,
  onClose,
}: DeclareProps & { readonly secretKey: string }): ReactElement {
  return (
    <ConfirmDialog
      title={`Delete ${key}`}
      name={key}
      operation="secrets.delete"
      input={{ scope, key }}
      verb="Delete secret"
      done={({ existed, restorableUntil }) => {
        const until = restorableUntil === undefined ? '' : ` It can be restored until ${restorableUntil}.`;
        return existed ? `Deleted ${key} from ${scope}.${until}` : `There was no ${key} in ${scope} any more.`;
      }}
      onClose={onClose}
    >
      <p>
        From scope <code>{scope}</code>. Jobs that start after this do not get it from there; a key that other scopes
        supply too is supplied by the next of them.
      </p>
    </ConfirmDialog>
  );
}
