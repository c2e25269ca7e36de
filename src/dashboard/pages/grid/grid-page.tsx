import { ClipboardPaste, Plus } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useMemo, useState, type ReactElement } from 'react';
import { commandLine } from '../../api/command-line.ts';
import { useDrawer, useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { Choice, SearchField } from '../../ui/field.tsx';
import { Empty, ErrorNotice, Loading } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import { useNarrow } from '../../ui/use-narrow.ts';
import { passes } from './cell-state.ts';
import { FirstSteps } from './first-steps.tsx';
import { GridFoot } from './grid-foot.tsx';
import { GridTable } from './grid-table.tsx';
import styles from './grid.module.css';
import { useGrid, type Grid } from './use-grid.ts';

const ExplainDrawer = lazy(() => import('../explain/explain-drawer.tsx'));
const SecretDialog = lazy(() => import('../secrets/secret-dialog.tsx'));
const ImportDialog = lazy(() => import('../secrets/import-dialog.tsx'));

const states = [
  ['', 'Every state'],
  ['set', 'Set'],
  ['overridden', 'Overrides others'],
  ['unset', 'Unset'],
  ['missing', 'Missing'],
  ['unavailable', 'Unavailable'],
] as const;

/** Every key in every environment, with its supplier. */
export function GridPage(): ReactElement {
  const organization = useOrganization();
  const { shown, open, close } = useDrawer();
  const [dialog, setDialog] = useState<'add' | 'import'>();
  const { grid, error, isPending, isAsking, refresh } = useGrid();
  const key = shown.get('key');
  const environment = shown.get('environment');
  const done = (): void => {
    setDialog(undefined);
  };
  return (
    <div className={styles['split']}>
      <div className={styles['list']}>
        <Page
          title="Grid"
          data={grid}
          actions={
            <>
              <Action
                operation="secrets.set"
                command={commandLine(organization, 'secrets.set', {})}
                onClick={() => {
                  setDialog('import');
                }}
              >
                <ClipboardPaste aria-hidden />
                Paste .env
              </Action>
              <Action
                look="primary"
                operation="secrets.set"
                command={commandLine(organization, 'secrets.set', {})}
                onClick={() => {
                  setDialog('add');
                }}
              >
                <Plus aria-hidden />
                Add secret
              </Action>
            </>
          }
        >
          {isPending ? <Loading what="the grid" /> : undefined}
          {error === null ? undefined : (
            <div className={pageStyles['padded']}>
              <ErrorNotice error={error} retry={() => void refresh()} />
            </div>
          )}
          {grid === undefined ? undefined : grid.environments.length === 0 ? (
            <FirstSteps />
          ) : (
            <Filtered
              grid={grid}
              isAsking={isAsking}
              onRefresh={() => void refresh()}
              selected={{ key, environment }}
              onOpen={(nextKey, nextEnvironment) => {
                open({ key: nextKey, environment: nextEnvironment });
              }}
            />
          )}
        </Page>
      </div>
      <Suspense>
        {key !== null && environment !== null ? (
          <ExplainDrawer key={`${environment}\n${key}`} environment={environment} secretKey={key} onClose={close} />
        ) : undefined}
        {dialog === 'add' ? <SecretDialog onClose={done} /> : undefined}
        {dialog === 'import' ? <ImportDialog onClose={done} /> : undefined}
      </Suspense>
    </div>
  );
}

interface FilteredProps {
  readonly grid: Grid;
  readonly isAsking: boolean;
  readonly onRefresh: () => void;
  readonly selected: { readonly key: string | null; readonly environment: string | null };
  readonly onOpen: (key: string, environment: string) => void;
}

function Filtered({ grid, isAsking, onRefresh, selected, onOpen }: FilteredProps): ReactElement {
  const [text, setText] = useState('');
  const changed = useChanged(grid.rows, ({ key }) => key);
  const [state, setState] = useState('');
  const [backend, setBackend] = useState('');
  const [column, setColumn] = useState('');
  const isNarrow = useNarrow();
  const names = grid.environments.map(({ name }) => name);
  const only = isNarrow ? (names.includes(column) ? column : names[0]) : undefined;
  const late = useDeferredValue(text);
  const columns = useMemo(
    () => grid.environments.flatMap(({ name }, at) => (only === undefined || name === only ? [{ name, at }] : [])),
    [grid, only],
  );
  const rows = useMemo(
    () =>
      grid.rows
        .map(({ key, cells }) => ({
          key,
          cells: columns.map(({ at }) => cells[at] ?? { status: 'not_found' as const, overrides: 0 }),
        }))
        .filter(({ key, cells }) => passes(key, cells, { text: late, state, backend })),
    [grid, columns, late, state, backend],
  );
  return (
    <div className={styles['frame']}>
      <div className={pageStyles['tools']}>
        <SearchField label="Filter keys and places" value={text} onText={setText} />
        <Choice label="State" value={state} onText={setState}>
          {states.map(([name, title]) => (
            <option key={name} value={name}>
              {title}
            </option>
          ))}
        </Choice>
        <Choice label="Backend" value={backend} onText={setBackend}>
          <option value="">Every backend</option>
          {grid.backends.map(({ backend: name }) => (
            <option key={name}>{name}</option>
          ))}
        </Choice>
        {only === undefined ? undefined : (
          <Choice label="Environment" value={only} onText={setColumn}>
            {names.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </Choice>
        )}
      </div>
      {rows.length === 0 ? (
        <Empty title={grid.total === 0 ? 'No key yet' : 'No key matches the filter'}>
          <p>
            {grid.total === 0
              ? 'The environments bind scopes that hold nothing. Add a secret to a scope that one of them binds.'
              : `It searches the names of all ${grid.total} keys and the scopes that supply them.`}
          </p>
        </Empty>
      ) : (
        <GridTable
          columns={columns.map(({ name }) => name)}
          rows={rows}
          changed={changed}
          selected={selected}
          onOpen={onOpen}
        />
      )}
      <GridFoot grid={grid} shown={rows.length} isAsking={isAsking} onRefresh={onRefresh} />
    </div>
  );
}
