import { useState, type ReactElement } from 'react';
import { useGo } from '../../shell/address.ts';
import { TextField } from '../../ui/field.tsx';
import { WriteDialog } from '../../ui/write-dialog.tsx';

/** Creates an environment. */
export function NewEnvironmentDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const go = useGo();
  const [name, setName] = useState('');
  const [scope, setScope] = useState('');
  return (
    <WriteDialog
      title="New environment"
      operation="environments.create"
      input={{ name, bind: scope === '' ? [] : [scope] }}
      verb="Create environment"
      isReady={name !== ''}
      done={() => `Created the environment ${name}.`}
      onDone={() => {
        go(`environments/${encodeURIComponent(name)}`);
      }}
      onClose={onClose}
    >
      <TextField label="Name" isMono autoFocus value={name} onText={setName} />
      <TextField
        label="Scope to bind"
        isMono
        value={scope}
        onText={setScope}
        note="A scope or a pattern, such as production or corp-vault:apps/**. More can be bound later; empty binds none."
      />
    </WriteDialog>
  );
}
