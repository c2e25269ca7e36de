import { useState, type ReactElement } from 'react';
import { parseKey, parseScopeId } from '../../../api/names.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useDoubt } from '../../api/use-doubt.ts';
import { useStoreValue } from '../../api/use-store-value.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Button } from '../../ui/button.tsx';
import { TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { count } from '../../ui/time.tsx';
import { ScopeField } from './scope-field.tsx';
import { backendOf, fullScope } from './scopes.ts';
import { bytesOf, draftProblem, emptyDraft, useFingerprint, ValueField, type ValueDraft } from './value-field.tsx';

interface SecretDialogProps {
  /** The secret to replace; default: a new one. */
  readonly at?: { readonly scope: string; readonly key: string };
  /** The initial scope of a new one. */
  readonly scope?: string;
  /** The version to replace, as of when the dialog opened. */
  readonly version?: string | undefined;
  readonly onClose: () => void;
}

/** Sets a value. What is typed stays until it is stored, whatever happens to server, session or network. */
export default function SecretDialog({ at, scope: first, version, onClose }: SecretDialogProps): ReactElement {
  const organization = useOrganization();
  const [scope, setScope] = useState(at?.scope ?? first ?? '');
  const [key, setKey] = useState(at?.key ?? '');
  const [draft, setDraft] = useState<ValueDraft>(emptyDraft);
  const [base, setBase] = useState<string | null>(version ?? null);
  const sha256 = useFingerprint(draft);
  const compares = useCompares(scope);
  const { mutate, error, isPending, isSuccess, reset } = useStoreValue();
  const { isDoubtful, failed, settle } = useDoubt(`${fullScope(scope)} ${key}`);
  const isKnown = at !== undefined || isDoubtful;
  const current = useRead('secrets.list', { scope }, { enabled: isKnown || error?.code === 'conflict' });
  const now = current.data?.secrets.find((one) => one.key === key && one.scope === fullScope(scope))?.version;
  const place = parseScopeId(scope);
  const name = backendOf(scope) === 'internal' ? parseKey(key) : { ok: key !== '', reason: 'A name cannot be empty' };
  const problem = draftProblem(draft);
  const isReady = place.ok && name.ok && problem === undefined;
  const isBehind = error?.code === 'conflict' || (isKnown && compares && now !== base);
  // What cannot be listed may still be there.
  const isGone = base !== null && current.error === null && current.data?.unavailable.length === 0;
  const isConflict = isBehind && (now !== undefined || isGone) && !isPending && !isSuccess;

  const save = (over: string | null): void => {
    if (!isReady) return;
    mutate(
      { scope, key, bytes: bytesOf(draft), ...(compares && { expectedVersion: over }) },
      {
        onError: failed,
        onSuccess: (receipt) => {
          setDraft(emptyDraft);
          say(
            `Set ${receipt.key} in ${receipt.scope}: ${count(receipt.bytes ?? 0, 'byte')}, version ${receipt.version}.`,
          );
          onClose();
        },
      },
    );
  };

  return (
    <FormDialog
      title={at === undefined ? 'Add secret' : `Edit the value of ${at.key}`}
      verb={isPending ? 'Saving…' : 'Save'}
      isReady={isReady}
      isBusy={isPending}
      error={isConflict ? null : error}
      command={commandLine(
        organization,
        'secrets.set',
        { scope, key },
        sha256 === undefined ? [] : ['--confirm-fingerprint', sha256],
      )}
      onClose={onClose}
      onSubmit={() => {
        save(base);
      }}
    >
      {at === undefined ? (
        <>
          <ScopeField
            value={scope}
            onText={(text) => {
              setScope(text);
              setBase(null);
            }}
            isFocused={first === undefined}
            problem={scope === '' || place.ok ? undefined : sentence(place.reason)}
          />
          <TextField
            label="Name"
            isMono
            autoFocus={first !== undefined}
            value={key}
            onText={(text) => {
              setKey(text);
              setBase(null);
            }}
            problem={key === '' || name.ok ? undefined : sentence(name.reason)}
          />
        </>
      ) : (
        <p>
          In scope <code>{at.scope}</code>
          {base === null ? '' : `, version ${now ?? base} now`}. Earlier versions stay restorable where the backend
          keeps them.
        </p>
      )}
      <ValueField draft={draft} onChange={setDraft} isFocused={at !== undefined} sha256={sha256} />
      {isConflict ? (
        <SecretConflict
          name={key}
          base={base}
          now={now}
          isDoubtful={isDoubtful}
          onSave={() => {
            setBase(now ?? null);
            settle();
            reset();
            save(now ?? null);
          }}
        />
      ) : undefined}
    </FormDialog>
  );
}

interface SecretConflictProps {
  readonly name: string;
  /** The version as of when the form was opened; null: there was none. */
  readonly base: string | null;
  /** The current one; `undefined` if it was deleted. */
  readonly now: string | undefined;
  readonly isDoubtful: boolean;
  readonly onSave: () => void;
}

function SecretConflict({ name, base, now, isDoubtful, onSave }: SecretConflictProps): ReactElement {
  const changed = isDoubtful ? `${name} has changed` : `Somebody has changed ${name}`;
  const happened = base === null ? `${name} exists already` : `${changed} since this was opened`;
  return (
    <Notice look="warn">
      <strong>
        {now === undefined
          ? `Somebody has deleted ${name} since this was opened.`
          : `${happened}: version ${now} is current now.`}
      </strong>
      <p>{isDoubtful ? doubtOf(now) : 'Your value is still here, and nothing was stored.'}</p>
      <div>
        <Button onClick={onSave}>{now === undefined ? 'Set it again' : `Replace version ${now}`}</Button>
      </div>
    </Notice>
  );
}

function doubtOf(now: string | undefined): string {
  return now === undefined
    ? 'Your value is still here; no answer said whether it was stored before that.'
    : 'It is probably your own: no answer said whether your value was stored. Close this if it is.';
}

/** Whether the backend compares the version before it writes. */
function useCompares(scope: string): boolean {
  const { data } = useRead('backends.list', {});
  return data?.backends.find(({ name }) => name === backendOf(scope))?.capabilities['compareAndSet'] === true;
}
