import { useState, type ReactElement } from 'react';
import { parseScopeId } from '../../../api/names.ts';
import { commandLine } from '../../api/command-line.ts';
import { useWrite } from '../../api/queries.ts';
import { scopeInAddress, useGo, useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Command } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorNotice, sentence } from '../../ui/notice.tsx';
import { count } from '../../ui/time.tsx';

/** Creates a scope. */
export function NewScopeDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const organization = useOrganization();
  const go = useGo();
  const [scope, setScope] = useState('');
  const { mutate, error, isPending } = useWrite('scopes.create');
  const parsed = parseScopeId(scope);
  return (
    <Dialog
      title="New scope"
      onClose={onClose}
      onSubmit={() => {
        if (parsed.ok)
          mutate(
            { scope },
            {
              onSuccess: (made) => {
                say(`Created the scope ${made.scope}.`);
                onClose();
                go(`settings/secrets/${scopeInAddress(made.scope)}`);
              },
            },
          );
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!parsed.ok || isPending}>
            Create scope
          </Button>
        </>
      }
    >
      <TextField
        label="Scope"
        isMono
        autoFocus
        value={scope}
        onChange={(event) => {
          setScope(event.target.value);
        }}
        problem={scope === '' || parsed.ok ? undefined : sentence(parsed.reason)}
        note="Segments joined by “/”, such as production or apps/shop."
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={commandLine(organization, 'scopes.create', { scope: scope === '' ? undefined : scope })} />
    </Dialog>
  );
}

interface ScopeDialogProps {
  readonly scope: string;
  readonly onClose: () => void;
}

/** Renames a scope, with the bindings that name it. */
export function RenameScopeDialog({ scope, onClose }: ScopeDialogProps): ReactElement {
  const organization = useOrganization();
  const go = useGo();
  const [to, setTo] = useState(scope);
  const { mutate, error, isPending } = useWrite('scopes.rename');
  const parsed = parseScopeId(to);
  return (
    <Dialog
      title={`Rename ${scope}`}
      onClose={onClose}
      onSubmit={() => {
        if (parsed.ok)
          mutate(
            { from: scope, to },
            {
              onSuccess: (made) => {
                say(`The scope is ${made.scope} now.`);
                onClose();
                go(`settings/secrets/${scopeInAddress(made.scope)}`);
              },
            },
          );
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={!parsed.ok || to === scope || isPending}>
            Rename scope
          </Button>
        </>
      }
    >
      <p>Its secrets and their versions go with it. Bindings do not: they select scopes by name.</p>
      <TextField
        label="New name"
        isMono
        autoFocus
        value={to}
        onChange={(event) => {
          setTo(event.target.value);
        }}
        problem={parsed.ok ? undefined : sentence(parsed.reason)}
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={commandLine(organization, 'scopes.rename', { from: scope, to })} />
    </Dialog>
  );
}

/** Deletes a scope with its secrets, after its name was typed. */
export function DeleteScopeDialog({ scope, onClose }: ScopeDialogProps): ReactElement {
  const organization = useOrganization();
  const go = useGo();
  const { mutate, error, isPending } = useWrite('scopes.delete');
  return (
    <ConfirmDialog
      title={`Delete the scope ${scope}`}
      name={scope}
      verb="Delete scope"
      command={commandLine(organization, 'scopes.delete', { scope })}
      error={error}
      isBusy={isPending}
      onClose={onClose}
      onConfirm={() => {
        mutate(
          { scope },
          {
            onSuccess: ({ deletedSecrets }) => {
              say(`Deleted the scope ${scope} with ${count(deletedSecrets, 'secret')}.`);
              onClose();
              go('settings/secrets');
            },
          },
        );
      }}
    >
      <p>Every secret in it goes too, and jobs that bind it lose their keys at once.</p>
    </ConfirmDialog>
  );
}
