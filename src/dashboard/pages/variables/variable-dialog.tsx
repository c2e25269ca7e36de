import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { useDoubt } from '../../api/use-doubt.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Conflict } from '../../ui/conflict.tsx';
import { AreaField, CheckField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import type { Variable } from './variable.ts';

interface VariableDialogProps {
  readonly environment: string;
  /** The variable to change; absent for a new one. */
  readonly variable?: Variable | undefined;
  readonly onClose: () => void;
}

/** Adds or changes a variable of an environment. */
export function VariableDialog({ environment, variable, onClose }: VariableDialogProps): ReactElement {
  const organization = useOrganization();
  const [name, setName] = useState(variable?.name ?? '');
  const [value, setValue] = useState(variable?.value ?? '');
  const [isLocked, setLocked] = useState(false);
  /** What the change is compared with; absent: none may exist. */
  const [base, setBase] = useState(variable);
  const listed = useRead('variables.list', { environment });
  const stored = listed.data?.variables.find((one) => one.name === name);
  const { mutate, error, isPending } = useWrite('variables.set');
  const { isDoubtful, failed, settle } = useDoubt(name);
  const isStale = listed.data !== undefined && !isPending && stored?.version !== base?.version;
  const input = { environment, name, value, ...(isLocked && { locked: true }) };
  return (
    <FormDialog
      title={variable === undefined ? `Add variable to ${environment}` : `Change ${variable.name} in ${environment}`}
      verb="Save"
      isReady={name !== '' && !isStale}
      isBusy={isPending}
      error={isStale ? null : error}
      command={commandLine(organization, 'variables.set', input)}
      onClose={onClose}
      onSubmit={() => {
        mutate(
          { ...input, expectedVersion: base?.version ?? null },
          {
            onError: failed,
            onSuccess: () => {
              say(`Set ${name} in ${environment}.`);
              onClose();
            },
          },
        );
      }}
    >
      {variable === undefined ? (
        <TextField
          label="Name"
          isMono
          autoFocus
          value={name}
          onText={(text) => {
            setName(text);
            setBase(undefined);
          }}
        />
      ) : undefined}
      <AreaField
        label="Value"
        isMono
        rows={3}
        autoFocus={variable !== undefined}
        value={value}
        onText={setValue}
        note="Not a secret: it is stored and shown as it is."
      />
      <CheckField
        label="Lock it"
        note="From then on only the command line changes it."
        checked={isLocked}
        onCheck={setLocked}
      />
      {isStale ? (
        <Conflict
          title={titleOf(base, stored, name)}
          settings={stored === undefined ? undefined : { Value: { theirs: stored.value, yours: value } }}
          isDoubtful={isDoubtful}
          keep={{
            verb: stored === undefined ? 'Set it again' : 'Keep mine',
            onClick: () => {
              settle();
              setBase(stored);
            },
          }}
          take={
            stored === undefined
              ? undefined
              : {
                  verb: 'Take what is stored',
                  onClick: () => {
                    settle();
                    setBase(stored);
                    setValue(stored.value);
                  },
                }
          }
        />
      ) : undefined}
    </FormDialog>
  );
}

function titleOf(base: Variable | undefined, stored: Variable | undefined, name: string): string {
  if (stored === undefined) return `Somebody has deleted ${name} since this was opened.`;
  if (base === undefined) return `${name} exists already.`;
  return stored.locked && !base.locked
    ? `Somebody has locked ${name} since this was opened: the command line alone changes it now.`
    : `Somebody has changed ${name} since this was opened.`;
}
