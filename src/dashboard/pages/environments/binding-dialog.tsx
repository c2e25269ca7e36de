import { useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { useDoubt } from '../../api/use-doubt.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Conflict } from '../../ui/conflict.tsx';
import { AreaField, CheckField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { useTwin } from '../../ui/use-twin.tsx';
import type { BindingView } from './binding.ts';
import { changesOf, comparison, draftOf, problemsOf, settingsOf, type Draft } from './binding-draft.ts';
import { BindingPreview } from './binding-preview.tsx';

interface BindingDialogProps {
  readonly environment: string;
  /** The binding to change; absent for a new one. */
  readonly binding?: BindingView;
  readonly onClose: () => void;
}

/** Binds a scope to an environment, or changes such a binding. */
export function BindingDialog({ environment, binding, onClose }: BindingDialogProps): ReactElement {
  const organization = useOrganization();
  const [draft, setDraft] = useState(draftOf(binding));
  /** What the change is compared with; absent for a new one. */
  const [base, setBase] = useState(binding);
  const shown = useRead('environments.show', { environment });
  const stored = shown.data?.bindings.find(({ id }) => id === base?.id);
  const add = useWrite('bindings.add');
  const update = useWrite('bindings.update');
  const { error, isPending } = base === undefined ? add : update;
  const isStale = base !== undefined && shown.data !== undefined && !isPending && stored?.version !== base.version;
  const twin = useTwin({
    write: add,
    listed: shown,
    rowsOf: ({ bindings }) => bindings,
    isLike: (one) => Object.keys(changesOf(draft, one)).length === 0,
  });
  const { isDoubtful, failed, settle } = useDoubt(base?.id ?? '');
  const problems = problemsOf(draft);
  const isReady = draft.scope !== '' && Object.keys(problems).length === 0;
  const settings = settingsOf(draft);
  const changes = base === undefined ? undefined : { id: base.id, ...changesOf(draft, base) };
  const { map, skipDeleted, ...plain } = changes ?? settings;
  const options = {
    onError: failed,
    onSuccess: () => {
      say(`${environment} binds ${draft.scope}.`);
      onClose();
    },
  };
  return (
    <FormDialog
      isWide
      title={binding === undefined ? `Bind scope to ${environment}` : `Change a binding of ${environment}`}
      verb={base === undefined ? 'Bind scope' : 'Save'}
      isReady={isReady && !isStale && twin.canSend}
      isBusy={isPending}
      error={isStale ? null : error}
      command={
        changes === undefined
          ? commandLine(organization, 'bindings.add', { environment, ...settings })
          : commandLine(organization, 'bindings.update', { environment, ...changes })
      }
      onClose={onClose}
      onSubmit={() => {
        if (base === undefined) add.mutate({ environment, ...settings }, options);
        else
          update.mutate(
            { environment, id: base.id, ...changesOf(draft, base), expectedVersion: base.version },
            options,
          );
      }}
    >
      <BindingFields draft={draft} problems={problems} onChange={setDraft} />
      {twin.notice}
      {isStale ? (
        <Conflict
          title={
            stored === undefined
              ? 'Somebody has removed this binding since it was opened.'
              : 'Somebody has changed this binding since it was opened.'
          }
          settings={stored === undefined ? undefined : comparison(stored, draft)}
          isDoubtful={isDoubtful}
          keep={{
            verb: stored === undefined ? 'Bind it again' : 'Keep mine',
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
                    setDraft(draftOf(stored));
                  },
                }
          }
        />
      ) : undefined}
      <BindingPreview
        isReady={isReady}
        asked={{
          environment,
          ...plain,
          ...(map !== undefined && { map: JSON.stringify(map) }),
          ...(skipDeleted !== undefined && { skipDeleted: String(skipDeleted) }),
        }}
      />
    </FormDialog>
  );
}

interface FieldsProps {
  readonly draft: Draft;
  readonly problems: { readonly [Field in keyof Draft]?: string };
  readonly onChange: (draft: Draft) => void;
}

function BindingFields({ draft, problems, onChange }: FieldsProps): ReactElement {
  const to = (field: Exclude<keyof Draft, 'skipsDeleted'>) => ({
    value: draft[field],
    problem: problems[field],
    onText: (text: string) => {
      onChange({ ...draft, [field]: text });
    },
  });
  return (
    <>
      <TextField
        {...to('scope')}
        label="Scope or pattern"
        isMono
        autoFocus
        note="production, corp-vault:apps/shop/**, or *:shared for every backend"
      />
      <TextField
        {...to('priority')}
        label="Priority"
        isMono
        inputMode="numeric"
        note="If several bindings supply a key, the highest priority wins."
      />
      <details>
        <summary>Hosts and names</summary>
        <TextField {...to('host')} label="Hosts" isMono note="A pattern over the agent’s host; ** is every host." />
        <TextField {...to('prefix')} label="Prefix" isMono note="Put before each key." />
        <AreaField
          {...to('map')}
          label="Map"
          isMono
          rows={3}
          placeholder="password=DB_PASSWORD"
          note="One name=KEY per line; then only mapped names are bound."
        />
        <CheckField
          label="Skip what is deleted"
          note="What the backend says is deleted counts as absent, and the next candidate takes its place."
          checked={draft.skipsDeleted}
          onCheck={(skipsDeleted) => {
            onChange({ ...draft, skipsDeleted });
          }}
        />
      </details>
    </>
  );
}
