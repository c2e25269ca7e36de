import { useMemo, useState, type ReactElement } from 'react';
import { parseDotenv, type DotenvEntry } from '../../../api/dotenv.ts';
import { parseKey, parseScopeId } from '../../../api/names.ts';
import { commandLine } from '../../api/command-line.ts';
import { useImport } from '../../api/use-import.ts';
import { useOrganization } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { AreaField, TextField } from '../../ui/field.tsx';
import { FormDialog } from '../../ui/form-dialog.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { count } from '../../ui/time.tsx';
import { ImportReview } from './import-review.tsx';
import { ScopeField } from './scope-field.tsx';

interface ImportProps {
  readonly scope?: string;
  readonly onClose: () => void;
}

const isStorable = ({ key, value }: DotenvEntry): boolean => parseKey(key).ok && value !== '';

/** Imports a `.env` file: the differences are reviewed, then applied together. */
export default function ImportDialog({ scope: first, onClose }: ImportProps): ReactElement {
  const organization = useOrganization();
  const [scope, setScope] = useState(first ?? '');
  const [text, setText] = useState('');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [reason, setReason] = useState('');
  const review = useImport(true);
  const apply = useImport(false);
  const place = parseScopeId(scope);
  const { entries, problems } = useMemo(() => parseDotenv(text), [text]);
  const storable = entries.filter(isStorable);
  const staged = storable.filter(({ key }) => !left.has(key));
  const isReviewed = review.data !== undefined;
  const edit = (change: () => void): void => {
    // What was reviewed is no longer what would be stored.
    review.reset();
    apply.reset();
    change();
  };
  const take = async (file: File | undefined): Promise<void> => {
    const contents = await file?.text();
    if (contents !== undefined)
      edit(() => {
        setText(contents);
      });
  };
  const why = reason.trim() === '' ? undefined : reason.trim();
  const submit = (): void => {
    if (!isReviewed) review.mutate({ scope, entries: storable });
    else
      apply.mutate(
        { scope, entries: staged, reason: why },
        {
          onSuccess: ({ complete }) => {
            if (!complete) return;
            say(`Imported ${count(staged.length, 'secret')} into ${scope}.`);
            onClose();
          },
        },
      );
  };
  return (
    <FormDialog
      isWide
      title="Paste .env"
      verb={isReviewed ? `Apply ${count(staged.length, 'secret')}` : `Review ${count(storable.length, 'secret')}`}
      isReady={place.ok && staged.length > 0}
      isBusy={review.isPending || apply.isPending}
      error={apply.error ?? review.error}
      command={commandLine(organization, 'secrets.import', { scope, reason: why }, ['./.env'])}
      onClose={onClose}
      onSubmit={submit}
    >
      <ScopeField
        value={scope}
        onText={(next) => {
          edit(() => {
            setScope(next);
          });
        }}
        problem={scope === '' || place.ok ? undefined : sentence(place.reason)}
        isFocused={first === undefined}
      />
      <AreaField
        label="Contents of a .env file"
        isMono
        rows={5}
        autoFocus={first !== undefined}
        value={text}
        placeholder="DB_PASSWORD=…"
        onText={(typed) => {
          edit(() => {
            setText(typed);
          });
        }}
        onDrop={(event) => {
          const [file] = event.dataTransfer.files;
          if (file === undefined) return;
          event.preventDefault();
          void take(file);
        }}
        note="Paste it, or drop a file. Nothing is stored before you have reviewed what changes."
      />
      {problems.length === 0 ? undefined : (
        <Notice look="warn">
          <strong>Left out, since it cannot be read for certain:</strong>
          {problems.map(({ line, problem }) => (
            <p key={line}>
              Line {line} {problem}.
            </p>
          ))}
        </Notice>
      )}
      <ImportReview
        entries={entries}
        isStorable={isStorable}
        left={left}
        onLeft={setLeft}
        reviewed={apply.data ?? review.data}
      />
      {isReviewed ? (
        <TextField
          label="Reason"
          value={reason}
          onText={setReason}
          maxLength={500}
          note="Kept in the audit log with the change. Optional; never put a value here."
        />
      ) : undefined}
    </FormDialog>
  );
}
