import type { ReactElement } from 'react';
import type { ClientInput, ClientOutput } from '../../../api/registry.ts';
import { useRead } from '../../api/queries.ts';
import { useSettled } from '../../api/use-settled.ts';
import { sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import type { CellState } from '../../../api/cell-states.ts';
import { State } from '../../ui/state.tsx';
import { count } from '../../ui/time.tsx';
import { placeOfCell } from '../../../api/grid-cells.ts';
import styles from './environments.module.css';
import { Table } from '../../ui/table.tsx';

type Asked = ClientInput<'resolution.preview'>;
type Preview = ClientOutput<'resolution.preview'>;
type Supplier = Preview['changes'][number]['before'];

const shownAtMost = 50;

interface PreviewProps {
  readonly asked: Asked;
  /** Whether enough is known to ask. */
  readonly isReady: boolean;
}

/** What a change of bindings does to the keys, before it is saved. */
export function BindingPreview({ asked, isReady }: PreviewProps): ReactElement {
  const typed = JSON.stringify(asked);
  const settled = useSettled(typed);
  const isSettled = settled === typed;
  const { data, error, isPlaceholderData } = useRead('resolution.preview', asked, {
    enabled: isReady && isSettled,
    keep: true,
  });
  const isOld = !isSettled || isPlaceholderData;
  return (
    <section className={styles['preview']} aria-label="What changes" aria-live="polite" aria-busy={isOld}>
      <h3 className={styles['previewTitle']}>What changes</h3>
      {!isReady ? (
        <p className={pageStyles['soft']}>Shown here as soon as there is a scope.</p>
      ) : error !== null && isSettled ? (
        <p>{sentence(error.message)}</p>
      ) : data === undefined ? (
        <p className={pageStyles['soft']}>Asking the backends…</p>
      ) : (
        <div className={isOld ? styles['old'] : undefined}>
          <Changes preview={data} />
        </div>
      )}
    </section>
  );
}

function Changes({ preview: { changes, unchanged, idle, unavailable } }: { readonly preview: Preview }): ReactElement {
  const rest = changes.length - shownAtMost;
  return (
    <>
      {idle === undefined ? undefined : <p>For an agent without a host the binding selects nothing: {idle}.</p>}
      {unavailable.map(({ backend, scopes, meaning }) => (
        <p key={`${backend} ${scopes.join()}`}>{sentence(`not all is known: ${backend}: ${meaning}`)}</p>
      ))}
      {changes.length === 0 ? undefined : (
        <Table headings={['Key', 'Change', 'Before', 'After']}>
          {changes.slice(0, shownAtMost).map(({ key, change, before, after }) => (
            <tr key={key}>
              <td className={pageStyles['mono']}>{key}</td>
              <td>{words[change]}</td>
              <td data-label="before">
                <SupplierCell supplier={before} />
              </td>
              <td data-label="after">
                <SupplierCell supplier={after} />
              </td>
            </tr>
          ))}
        </Table>
      )}
      <p className={pageStyles['soft']}>
        {rest > 0 ? `And ${count(rest, 'more key')}. ` : ''}
        {changes.length === 0 ? 'No key changes; ' : ''}
        {count(unchanged, 'key')} {unchanged === 1 ? 'stays as it is' : 'stay as they are'}.
      </p>
    </>
  );
}

const words: Readonly<Record<Preview['changes'][number]['change'], string>> = {
  appears: 'appears',
  vanishes: 'vanishes',
  winner: 'other supplier',
  status: 'other state',
};
const states: Readonly<Record<NonNullable<Supplier>['status'], CellState>> = {
  available: 'set',
  declared: 'unset',
  unavailable: 'unavailable',
};

function SupplierCell({ supplier }: { readonly supplier: Supplier }): ReactElement {
  if (supplier === undefined) return <State name="missing">none</State>;
  const { status, code } = supplier;
  return (
    <State name={states[status]}>
      <span className={pageStyles['mono']}>{placeOfCell(supplier)}</span>
      {status === 'available' ? '' : ` ${states[status]}${code === undefined ? '' : ` (${code})`}`}
    </State>
  );
}
