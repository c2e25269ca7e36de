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
import type { BindingView } from './environment-view.tsx';

interface BindingDialogProps {
  readonly environment: string;
  /** What is changed; left out: a new one. */
  readonly binding?: BindingView;
  readonly onClose: () => void;
}

const pairsOf = (text: string): Record<string, string> | undefined => {
  const lines = text.split('\n').filter((line) => line.includes('='));
  return lines.length === 0
    ? undefined
    : Object.fromEntries(
        lines.map((line) => [line.slice(0, line.indexOf('=')).trim(), line.slice(line.indexOf('=') + 1).trim()]),
      );
};

/** Binds a scope to an environment, or changes such a binding. */
export function BindingDialog({ environment, binding, onClose }: BindingDialogProps): ReactElement {
  const organization = useOrganization();
  const [scope, setScope] = useState(binding?.scope ?? '');
  const [priority, setPriority] = useState(String(binding?.priority ?? 0));
  const [host, setHost] = useState(binding?.host ?? '**');
  const [prefix, setPrefix] = useState(binding?.prefix ?? '');
  const [map, setMap] = useState(
    Object.entries(binding?.map ?? {})
      .map(([from, to]) => `${from}=${to}`)
      .join('\n'),
  );
  const [skipsDeleted, setSkipsDeleted] = useState(binding?.skipDeleted ?? false);
  const add = useWrite('bindings.add');
  const update = useWrite('bindings.update');
  const { error, isPending } = binding === undefined ? add : update;
  const isNumber = /^-?\d{1,7}$/.test(priority);
  const input = {
    environment,
    scope,
    priority: isNumber ? Number(priority) : 0,
    ...(!(host === '**' && binding === undefined) && { host }),
    ...(prefix !== '' && { prefix }),
    ...(map.trim() !== '' && { map: pairsOf(map) ?? {} }),
    ...((skipsDeleted || binding !== undefined) && { skipDeleted: skipsDeleted }),
  };
  const options = {
    onSuccess: () => {
      say(`${environment} binds ${scope}.`);
      onClose();
    },
  };
  return (
    <Dialog
      title={binding === undefined ? `Bind scope to ${environment}` : `Change a binding of ${environment}`}
      onClose={onClose}
      onSubmit={() => {
        if (binding === undefined) add.mutate(input, options);
        else update.mutate({ ...input, id: binding.id }, options);
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={scope === '' || !isNumber || isPending}>
            {binding === undefined ? 'Bind scope' : 'Save'}
          </Button>
        </>
      }
    >
      <TextField
        label="Scope or pattern"
        isMono
        autoFocus
        value={scope}
        onChange={(event) => {
          setScope(event.target.value);
        }}
        note="production, corp-vault:apps/shop/**, or *:shared for every backend"
      />
      <TextField
        label="Priority"
        isMono
        inputMode="numeric"
        value={priority}
        onChange={(event) => {
          setPriority(event.target.value);
        }}
        problem={isNumber ? undefined : 'A priority is a whole number.'}
        note="The higher one wins a key that several bindings supply."
      />
      <details>
        <summary>Hosts and names</summary>
        <TextField
          label="Hosts"
          isMono
          value={host}
          onChange={(event) => {
            setHost(event.target.value);
          }}
          note="A pattern over the agent’s host; ** is every host."
        />
        <TextField
          label="Prefix"
          isMono
          value={prefix}
          onChange={(event) => {
            setPrefix(event.target.value);
          }}
          note="Put before each key."
        />
        <AreaField
          label="Map"
          isMono
          rows={3}
          value={map}
          placeholder="password=DB_PASSWORD"
          onChange={(event) => {
            setMap(event.target.value);
          }}
          note="One name=KEY a line; then only what is mapped is bound."
        />
        <CheckField
          label="Skip what is deleted"
          note="What the backend says is deleted counts as absent, and the next candidate takes its place."
          checked={skipsDeleted}
          onChange={(event) => {
            setSkipsDeleted(event.target.checked);
          }}
        />
      </details>
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command
        text={
          binding === undefined
            ? commandLine(organization, 'bindings.add', { ...input, scope: scope === '' ? undefined : scope })
            : commandLine(organization, 'bindings.update', { ...input, id: binding.id })
        }
      />
    </Dialog>
  );
}
