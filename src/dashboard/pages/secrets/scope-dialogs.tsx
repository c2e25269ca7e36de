import { useState, type ReactElement } from 'react';
import { parseScopeId } from '../../../api/names.ts';
import { scopeInAddress, useGo } from '../../shell/address.ts';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { sentence } from '../../ui/notice.tsx';
import { count } from '../../ui/time.tsx';
import { WriteDialog } from '../../ui/write-dialog.tsx';

/** Creates a scope. */
export function NewScopeDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const go = useGo();
  const [scope, setScope] = useState('');
  const parsed = parseScopeId(scope);
  return (
    <WriteDialog
      title="New scope"
      operation="scopes.create"
      input={{ scope }}
      verb="Create scope"
      isReady={parsed.ok}
      done={(made) => `Created the scope ${made.scope}.`}
      onDone={(made) => {
        go(`settings/secrets/${scopeInAddress(made.scope)}`);
      }}
      onClose={onClose}
    >
      <TextField
        label="Scope"
        isMono
        autoFocus
        value={scope}
        onText={setScope}
        problem={scope === '' || parsed.ok ? undefined : sentence(parsed.reason)}
        note="Segments joined by “/”, such as production or apps/shop."
      />
    </WriteDialog>
  );
}

interface ScopeDialogProps {
  readonly scope: string;
  readonly onClose: () => void;
}

/** Renames a scope, with the bindings that name it. */
export function RenameScopeDialog({ scope, onClose }: ScopeDialogProps): ReactElement {
  const go = useGo();
  const [to, setTo] = useState(scope);
  const parsed = parseScopeId(to);
  return (
    <WriteDialog
      title={`Rename ${scope}`}
      operation="scopes.rename"
      input={{ from: scope, to }}
      verb="Rename scope"
      isReady={parsed.ok && to !== scope}
      done={(made) => `The scope is ${made.scope} now.`}
      onDone={(made) => {
        go(`settings/secrets/${scopeInAddress(made.scope)}`);
      }}
      onClose={onClose}
    >
      <p>Its secrets and their versions go with it, and so do bindings that name it exactly.</p>
      <TextField
        label="New name"
        isMono
        autoFocus
        value={to}
        onText={setTo}
        problem={parsed.ok ? undefined : sentence(parsed.reason)}
      />
    </WriteDialog>
  );
}

/** Deletes a scope with its secrets, after its name was typed. */
export function DeleteScopeDialog({ scope, onClose }: ScopeDialogProps): ReactElement {
  const go = useGo();
  return (
    <ConfirmDialog
      title={`Delete the scope ${scope}`}
      name={scope}
      operation="scopes.delete"
      input={{ scope }}
      verb="Delete scope"
      done={({ deletedSecrets }) => `Deleted the scope ${scope} with ${count(deletedSecrets, 'secret')}.`}
      onDone={() => {
        go('settings/secrets');
      }}
      onClose={onClose}
    >
      <p>Every secret in it goes too, and jobs that bind it lose their keys at once.</p>
    </ConfirmDialog>
  );
}
