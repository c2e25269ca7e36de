import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useWrite } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { AreaField, CheckField, TextField } from '../../ui/field.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';

interface VariableDialogProps {
  readonly environment: string;
  /** What is changed; left out: a new one. */
  readonly variable?: { readonly name: string; readonly value: string } | undefined;
  readonly onClose: () => void;
}

/** Adds or changes a variable of an environment. */
export function VariableDialog({ environment, variable, onClose }: VariableDialogProps): ReactElement {
  const organization = useOrganization();
  const [name, setName] = useState(variable?.name ?? '');
  const [value, setValue] = useState(variable?.value ?? '');
  const [isLocked, setLocked] = useState(false);
  const { mutate, error, isPending } = useWrite('variables.set');
  const lock = isLocked ? { locked: true } : {};
  return (
    <Dialog
      title={variable === undefined ? `Add variable to ${environment}` : `Change ${variable.name} in ${environment}`}
      onClose={onClose}
      onSubmit={() => {
        mutate(
          { environment, name, value, ...lock },
          {
            onSuccess: () => {
              say(`Set ${name} in ${environment}.`);
              onClose();
            },
          },
        );
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={name === '' || isPending}>
            Save
          </Button>
        </>
      }
    >
      {variable === undefined ? (
        <TextField
          label="Name"
          isMono
          autoFocus
          value={name}
          onChange={(event) => {
            setName(event.target.value);
          }}
        />
      ) : undefined}
      <AreaField
        label="Value"
        isMono
        rows={3}
        autoFocus={variable !== undefined}
        value={value}
        onChange={(event) => {
          setValue(event.target.value);
        }}
        note="Not a secret: it is stored and shown as it is."
      />
      <CheckField
        label="Lock it"
        note="From then on only the command line changes it."
        checked={isLocked}
        onChange={(event) => {
          setLocked(event.target.checked);
        }}
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command
        text={commandLine(organization, 'variables.set', {
          environment,
          name: name === '' ? undefined : name,
          ...lock,
        })}
      />
    </Dialog>
  );
}
