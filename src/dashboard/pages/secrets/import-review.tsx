import type { ReactElement } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import type { DotenvEntry } from '../../../api/dotenv.ts';
import { parseKey } from '../../../api/names.ts';
import { utf8 } from '../../api/bytes.ts';
import { Notice } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { count } from '../../ui/time.tsx';
import { Table } from '../../ui/table.tsx';

type Reviewed = ClientOutput<'secrets.import'>;

interface ReviewProps {
  readonly entries: readonly DotenvEntry[];
  readonly isStorable: (entry: DotenvEntry) => boolean;
  /** Keys that are left out. */
  readonly left: ReadonlySet<string>;
  readonly onLeft: (left: ReadonlySet<string>) => void;
  readonly reviewed: Reviewed | undefined;
}

/** What happens to each name, before and after it happens. */
export function ImportReview({ entries, isStorable, left, onLeft, reviewed }: ReviewProps): ReactElement | undefined {
  if (entries.length === 0) return undefined;
  const toggle = (key: string, isTaken: boolean): void => {
    const next = new Set(left);
    if (isTaken) next.delete(key);
    else next.add(key);
    onLeft(next);
  };
  return (
    <>
      <Table headings={['Name', 'What happens', 'Length']}>
        {entries.map((entry) => (
          <tr key={entry.key}>
            <td>
              <label className={pageStyles['mono']}>
                <input
                  type="checkbox"
                  checked={isStorable(entry) && !left.has(entry.key)}
                  disabled={!isStorable(entry)}
                  onChange={(event) => {
                    toggle(entry.key, event.target.checked);
                  }}
                />{' '}
                {entry.key}
              </label>
            </td>
            <td>{left.has(entry.key) ? 'left out' : happens(entry, reviewed)}</td>
            <td>{count(utf8(entry.value).byteLength, 'byte')}</td>
          </tr>
        ))}
      </Table>
      {reviewed === undefined || reviewed.leftAlone.length === 0 ? undefined : (
        <p className={pageStyles['soft']}>Left alone in the scope: {reviewed.leftAlone.join(', ')}.</p>
      )}
      {reviewed?.complete === false ? (
        <Notice look="bad">
          <strong>Not all of it was stored.</strong>
          <p>
            What was written stays. Fix what the code names and apply again: unchanged values are not written twice.
          </p>
        </Notice>
      ) : undefined}
    </>
  );
}

const changes = {
  new: 'new',
  replace: 'replaces what is there',
  same: 'the same value is there',
  unknown: 'cannot be compared with what is there',
};
const results = { planned: '', written: 'written', left: 'left', failed: 'failed', not_tried: 'not tried' };

function happens({ key, value }: DotenvEntry, reviewed: Reviewed | undefined): string {
  const name = parseKey(key);
  if (!name.ok) return `left out: ${name.reason}`;
  if (value === '') return 'left out: it is empty';
  const known = reviewed?.entries.find((one) => one.key === key);
  if (known === undefined) return '';
  const { change, result, version, code } = known;
  return [
    changes[change],
    results[result],
    version === undefined ? '' : `version ${version}`,
    code === undefined ? '' : `(${code})`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}
