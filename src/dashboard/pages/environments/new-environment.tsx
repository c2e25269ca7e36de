import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useWrite } from '../../api/queries.ts';
import { useGo, useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextField } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';

/** Creates an environment. */
export function NewEnvironmentDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const organization = useOrganization();
  const go = useGo();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('');
  const { mutate, error, isPending } = useWrite('environments.create');
  const input = { name: name === '' ? undefined : name, bind: scope === '' ? [] : [scope] };
  return (
    <Dialog
      title="New environment"
      onClose={onClose}
      onSubmit={() => {
        mutate(
          { ...input, name },
          {
            onSuccess: () => {
              say(`Created the environment ${name}.`);
              onClose();
              go(`environments/${encodeURIComponent(name)}`);
            },
          },
        );
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={name === '' || isPending}>
            Create environment
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        isMono
        autoFocus
        value={name}
        onChange={(event) => {
          setName(event.target.value);
        }}
      />
      <TextField
        label="Scope to bind"
        isMono
        value={scope}
        onChange={(event) => {
          setScope(event.target.value);
        }}
        note="A scope or a pattern, such as production or corp-vault:apps/**. More can be bound later; empty binds none."
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={commandLine(organization, 'environments.create', input)} />
    </Dialog>
  );
}
