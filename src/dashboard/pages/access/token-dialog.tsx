import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { SelectField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Notice } from '../../ui/notice.tsx';
import { useTwin } from '../../ui/use-twin.tsx';

const dayMs = 86_400_000;
const roles = ['author', 'agent', 'reader', 'auditor', 'admin', 'owner'] as const;
const listOf = (text: string): string[] | undefined => {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  return words.length === 0 ? undefined : words;
};

/** Issues a token, which is shown only once. */
export function TokenDialog({ onClose }: { readonly onClose: () => void }): ReactElement {
  const organization = useOrganization();
  const [name, setName] = useState('');
  const [role, setRole] = useState<(typeof roles)[number]>('author');
  const [environments, setEnvironments] = useState('');
  const [scopes, setScopes] = useState('');
  const [days, setDays] = useState('90');
  const create = useWrite('tokens.create');
  const { mutate, data, error, isPending } = create;
  const twin = useTwin({
    write: create,
    listed: useRead('tokens.list', {}),
    rowsOf: ({ tokens }) => tokens,
    isLike: (one) => one.name === name,
  });
  const isNumber = days === '' || /^[1-9]\d{0,4}$/.test(days);
  const reach = { environments: listOf(environments), scopes: listOf(scopes) };
  const hasReach = role !== 'reader' || (reach.environments ?? reach.scopes) !== undefined;
  const input = {
    name,
    role,
    ...reach,
    lifetimeMs: days === '' || !isNumber ? undefined : Number(days) * dayMs,
  };
  if (data !== undefined)
    return (
      <Dialog
        title={`Token ${data.name}`}
        holds="The token is not shown again when this closes."
        onClose={onClose}
        actions={<Button onClick={onClose}>Done</Button>}
      >
        <Notice look="warn">
          <strong>It is shown only once.</strong>
          <p>Store it where it is needed before you close this.</p>
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
    <FormDialog
      title="Issue token"
      verb="Issue token"
      isReady={name !== '' && isNumber && hasReach && twin.canSend}
      isBusy={isPending}
      error={error}
      command={commandLine(organization, 'tokens.create', input)}
      onClose={onClose}
      onSubmit={() => {
        mutate(input);
      }}
    >
      {twin.notice}
      <TextField label="Name" autoFocus value={name} onText={setName} note="What it is for." />
      <SelectField
        label="Role"
        value={role}
        onText={(text) => {
          setRole(roles.find((one) => one === text) ?? 'author');
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
        onText={setEnvironments}
        note={
          hasReach
            ? 'Narrows it to these, separated by commas. Leave empty for every environment.'
            : 'A reader has to name environments or scopes, separated by commas.'
        }
      />
      <TextField
        label="Scopes"
        isMono
        value={scopes}
        onText={setScopes}
        note="Patterns, separated by commas. Leave empty for every scope."
      />
      <TextField
        label="Days until it expires"
        inputMode="numeric"
        value={days}
        onText={setDays}
        problem={isNumber ? undefined : 'A number of days, or nothing.'}
        note="Leave empty for a token that does not expire."
      />
    </FormDialog>
  );
}
