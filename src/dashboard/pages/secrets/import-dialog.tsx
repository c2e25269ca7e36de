import { useMemo, useState, type ReactElement } from 'react';
import { parseKey, parseScopeId } from '../../../api/names.ts';
import { utf8 } from '../../api/bytes.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead } from '../../api/queries.ts';
import { useOrganization } from '../../shell/address.ts';
import { Button } from '../../ui/button.tsx';
import { Command } from '../../ui/copy.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { AreaField } from '../../ui/field.tsx';
import { Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { count } from '../../ui/time.tsx';
import { parseDotenv, type Entry } from './dotenv.ts';
import { ScopeField } from './scope-field.tsx';
import { fullScope } from './scopes.ts';
import { useImport, type Outcome } from './use-import.ts';

interface ImportProps {
  readonly scope?: string;
  readonly onClose: () => void;
}

/** A `.env` file, reviewed name by name before anything is stored. */
export default function ImportDialog({ scope: first, onClose }: ImportProps): ReactElement {
  const organization = useOrganization();
  const [scope, setScope] = useState(first ?? '');
  const [text, setText] = useState('');
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const place = parseScopeId(scope);
  const { entries, wrong } = useMemo(() => parseDotenv(text), [text]);
  const listed = useRead('secrets.list', { scope }, { enabled: place.ok && entries.length > 0 });
  const { outcomes, isBusy, apply } = useImport(scope);
  const there = new Map(listed.data?.secrets.map((one) => [one.key, one]));
  const isStored = (key: string): boolean => 'version' in (outcomes.get(key) ?? {});
  const staged = entries.filter(
    ({ key, value }) => !left.has(key) && !isStored(key) && parseKey(key).ok && value !== '',
  );
  const take = async (file: File | undefined): Promise<void> => {
    if (file !== undefined) setText(await file.text());
  };
  return (
    <Dialog
      isWide
      title="Paste .env"
      onClose={onClose}
      onSubmit={() => void apply(staged)}
      actions={
        <>
          <Button onClick={onClose}>{outcomes.size > 0 && staged.length === 0 ? 'Done' : 'Cancel'}</Button>
          <Button look="primary" type="submit" disabled={!place.ok || staged.length === 0 || isBusy}>
            {isBusy ? 'Storing…' : `Apply ${count(staged.length, 'secret')}`}
          </Button>
        </>
      }
    >
      <ScopeField
        value={scope}
        onChange={setScope}
        problem={scope === '' || place.ok ? undefined : sentence(place.reason)}
      />
      <AreaField
        label="Contents of a .env file"
        isMono
        rows={5}
        autoFocus={first !== undefined}
        value={text}
        placeholder="DB_PASSWORD=…"
        onChange={(event) => {
          setText(event.target.value);
        }}
        onDrop={(event) => {
          const [file] = event.dataTransfer.files;
          if (file === undefined) return;
          event.preventDefault();
          void take(file);
        }}
        note="Paste it, or drop a file. Nothing is stored before you apply it."
      />
      {wrong.length === 0 ? undefined : (
        <Notice look="warn">
          <p>
            {wrong.length === 1 ? 'Line' : 'Lines'} {wrong.join(', ')} {wrong.length === 1 ? 'is' : 'are'} no assignment
            and left out.
          </p>
        </Notice>
      )}
      {entries.length === 0 ? undefined : (
        <table className={pageStyles['table']}>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">What happens</th>
              <th scope="col">Length</th>
            </tr>
          </thead>
          <tbody>
            {entries.map((entry) => (
              <tr key={entry.key}>
                <td>
                  <label className={pageStyles['mono']}>
                    <input
                      type="checkbox"
                      checked={!left.has(entry.key)}
                      disabled={isStored(entry.key)}
                      onChange={(event) => {
                        const next = new Set(left);
                        if (event.target.checked) next.delete(entry.key);
                        else next.add(entry.key);
                        setLeft(next);
                      }}
                    />{' '}
                    {entry.key}
                  </label>
                </td>
                <td>{happens(entry, left.has(entry.key), there.get(entry.key)?.version, outcomes.get(entry.key))}</td>
                <td>{count(utf8(entry.value).byteLength, 'byte')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <Command text={commandLine(organization, 'secrets.set', { scope: place.ok ? fullScope(scope) : undefined })} />
    </Dialog>
  );
}

function happens(
  { key, value }: Entry,
  isLeft: boolean,
  version: string | undefined,
  outcome: Outcome | undefined,
): string {
  if (outcome !== undefined)
    return 'version' in outcome ? `stored as version ${outcome.version}` : `failed: ${outcome.problem.message}`;
  const name = parseKey(key);
  if (!name.ok) return `left out: ${name.reason}`;
  if (value === '') return 'left out: it is empty';
  if (isLeft) return 'left alone';
  return version === undefined ? 'new' : `replaces version ${version}`;
}
