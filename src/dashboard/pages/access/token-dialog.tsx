import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useWrite } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Button } from '../../ui/button.tsx';
import { Command, CopyButton } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ErrorNotice, Notice } from '../../ui/notice.tsx';

const dayMs = 86_400_000;
const roles = ['author', 'agent', 'reader', 'auditor', 'admin', 'owner'] as const;
const listOf = (text: string): string[] | undefined => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.length === 0 ? undefined : words;
};

/** Issues a token, which is shown this once. */
export function TokenDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const organization = useOrganization();
  const [name, setName] = useState('');
  const [role, setRole] = useState<(typeof roles)[number]>('author');
  const [environments, setEnvironments] = useState('');
  const [scopes, setScopes] = useState('');
  const [days, setDays] = useState('90');
  const { mutate, data, error, isPending } = useWrite('tokens.create');
  const isNumber = days === '' || /^[1-9]\d{0,4}$/.test(days);
  const input = {
    role,
    environments: listOf(environments),
    scopes: listOf(scopes),
    lifetimeMs: days === '' || !isNumber ? undefined : Number(days) * dayMs,
  };
  if (data !== undefined)
    return (
      <Dialog title={`Token ${data.name}`} onClose={onClose} actions={<Button onClick={onClose}>Done</Button>}>
        <Notice look="warn">
          <strong>This is the only time that it is shown.</strong>
          <p>Put it where it is used before this is closed.</p>
        </Notice>
        <p style={{ overflowWrap: 'anywhere' }}>
          <code>{data.token}</code>
        </p>
        <div>
          <CopyButton text={data.token} label="Copy token" />
        </div>
      </Dialog>
    );
  return (
    <Dialog
      title="Issue token"
      onClose={onClose}
      onSubmit={() => {
        mutate({ name, ...input });
      }}
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="primary" type="submit" disabled={name === '' || !isNumber || isPending}>
            Issue token
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        autoFocus
        value={name}
        onChange={(event) => {
          setName(event.target.value);
        }}
        note="What it is for."
      />
      <SelectField
        label="Role"
        value={role}
        onChange={(event) => {
          setRole(roles.find((one) => one === event.target.value) ?? 'author');
        }}
      >
        {roles.map((one) => (
          <option key={one}>{one}</option>
        ))}
      </SelectField>
      <TextField
        label="Environments"
        isMono
        value={environments}
        onChange={(event) => {
          setEnvironments(event.target.value);
        }}
        note="Narrows it to these, separated by commas; empty: every environment."
      />
      <TextField
        label="Scopes"
        isMono
        value={scopes}
        onChange={(event) => {
          setScopes(event.target.value);
        }}
        note="Patterns, separated by commas; empty: every scope."
      />
      <TextField
        label="Days until it expires"
        inputMode="numeric"
        value={days}
        onChange={(event) => {
          setDays(event.target.value);
        }}
        problem={isNumber ? undefined : 'A number of days, or nothing.'}
        note="Empty: it does not expire."
      />
      {error === null ? undefined : <ErrorNotice error={error} />}
      <Command text={commandLine(organization, 'tokens.create', { name: name === '' ? undefined : name, ...input })} />
    </Dialog>
  );
}
