import type { ReactElement } from 'react';
import { Link } from 'wouter';
import type { ClientOutput } from '../../../api/registry.ts';
import { useRead } from '../../api/queries.ts';
import { usePlaces } from '../../shell/address.ts';
import { Empty, Notice, sentence } from '../../ui/notice.tsx';
import { pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import type { CellState } from '../../../api/cell-states.ts';
import { State } from '../../ui/state.tsx';
import { useSome } from '../../ui/use-some.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import { Table } from '../../ui/table.tsx';

const states: Readonly<Record<string, CellState>> = { available: 'set', declared: 'unset', unavailable: 'unavailable' };

/** The result of the bindings: the keys that a job gets, each with its supplier. */
export function KeyTable({ environment }: { readonly environment: string }): ReactElement {
  const catalogue = useRead('resolution.catalogue', { environment });
  const changed = useChanged(catalogue.data?.secrets, ({ key }) => key);
  return (
    <Result of={catalogue} what="the keys">
      {({ secrets, unavailable }) => (
        <>
          {unavailable.length === 0 ? undefined : (
            <div className={pageStyles['padded']}>
              {unavailable.map((part) => (
                <Notice key={`${part.backend}${part.code}${part.scopes.join()}`} look="warn">
                  <strong>
                    {part.backend}
                    {part.scopes.length === 0 ? '' : `:${part.scopes.join(', ')}`}: {part.meaning}
                  </strong>
                  <p>{sentence(`next: ${part.hint}`)}</p>
                </Notice>
              ))}
            </div>
          )}
          {secrets.length === 0 ? (
            <Empty title="No key">
              <p>The bindings select no secret. Add one to a scope that is bound, or bind a scope that holds some.</p>
            </Empty>
          ) : (
            <KeyRows environment={environment} secrets={secrets} changed={changed} />
          )}
        </>
      )}
    </Result>
  );
}

interface KeyRowsProps {
  readonly environment: string;
  readonly secrets: ClientOutput<'resolution.catalogue'>['secrets'];
  readonly changed: ReadonlySet<string>;
}

function KeyRows({ environment, secrets, changed }: KeyRowsProps): ReactElement {
  const place = usePlaces();
  const { some, more } = useSome(secrets);
  return (
    <>
      <Table headings={['Key', 'State', 'Supplied by', 'Version']}>
        {some.map(({ key, backend, scope, version, status, code }) => (
          <tr key={key} className={changed.has(key) ? pageStyles['changed'] : undefined}>
            <td className={pageStyles['mono']}>
              <Link href={`${place('grid')}?${new URLSearchParams({ key, environment }).toString()}`}>{key}</Link>
            </td>
            <td>
              <State name={states[status] ?? 'set'}>
                {status === 'available' ? 'set' : status === 'declared' ? 'unset' : `unavailable (${code ?? ''})`}
              </State>
            </td>
            <td className={pageStyles['mono']}>
              {backend}:{scope}
            </td>
            <td className={pageStyles['mono']} data-label="version">
              {version}
            </td>
          </tr>
        ))}
      </Table>
      {more}
    </>
  );
}
