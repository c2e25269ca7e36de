import { ClipboardPaste, Plus } from 'lucide-react';
import { Suspense, useState, type ReactElement } from 'react';
import { useDrawer, useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { Empty, ErrorNotice, Loading } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { useChanged } from '../../ui/use-changed.ts';
import { ExplainDrawer } from '../explain/explain-drawer.tsx';
import { FirstSteps } from './first-steps.tsx';
import { GridFoot } from './grid-foot.tsx';
import { GridTable } from './grid-table.tsx';
import styles from './grid.module.css';
import { useFilteredGrid } from './use-filtered-grid.tsx';
import { wholeGrid } from './use-grid.ts';
import { lazily } from '../../ui/lazily.ts';

const SecretDialog = lazily(() => import('../secrets/secret-dialog.tsx'));
const ImportDialog = lazily(() => import('../secrets/import-dialog.tsx'));

/** Every key in every environment, with who supplies it. */
export function GridPage(): ReactElement {
  const organization = useOrganization();
  const { shown, open, close } = useDrawer();
  const [dialog, setDialog] = useState<'add' | 'import'>();
  const { filter, fields, grid, error, isStale, isAsking, refresh, look } = useFilteredGrid();
  const key = shown.get('key');
  const environment = shown.get('environment');
  const changed = useChanged(grid?.pages, (row) => row.key);
  const done = (): void => {
    setDialog(undefined);
  };
  return (
    <div className={styles['split']}>
      <div className={styles['list']}>
        <Page
          title="Grid"
          data={grid === undefined ? undefined : () => wholeGrid(organization, filter)}
          actions={
            <>
              <Action
                operation="secrets.import"
                input={{}}
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
                input={{}}
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
          {error === null ? undefined : (
            <div className={pageStyles['padded']}>
              <ErrorNotice error={error} retry={() => void refresh()} />
            </div>
          )}
          {grid?.environments.length === 0 ? (
            <FirstSteps />
          ) : (
            // The fields stay while an answer is awaited: whoever types in one keeps the focus.
            <div className={styles['frame']}>
              {fields}
              {grid === undefined ? (
                error === null && <Loading what="the grid" />
              ) : isStale ? (
                <Loading what="what matches" />
              ) : grid.matching === 0 ? (
                <NoRows total={grid.total} />
              ) : (
                <GridTable
                  columns={grid.columns}
                  count={grid.matching}
                  rowAt={grid.rowAt}
                  changed={changed}
                  selected={{ key, environment }}
                  onOpen={(nextKey, nextEnvironment) => {
                    open({ key: nextKey, environment: nextEnvironment });
                  }}
                  onSight={look}
                />
              )}
              {grid === undefined ? undefined : (
                <GridFoot grid={grid} isAsking={isAsking} onRefresh={() => void refresh()} />
              )}
            </div>
          )}
        </Page>
      </div>
      {key !== null && environment !== null ? (
        <ExplainDrawer key={`${environment}\n${key}`} environment={environment} secretKey={key} onClose={close} />
      ) : undefined}
      <Suspense>
        {dialog === 'add' ? <SecretDialog onClose={done} /> : undefined}
        {dialog === 'import' ? <ImportDialog onClose={done} /> : undefined}
      </Suspense>
    </div>
  );
}

function NoRows({ total }: { readonly total: number }): ReactElement {
  return (
    <Empty title={total === 0 ? 'No key yet' : 'No key matches the filter'}>
      <p>
        {total === 0
          ? 'The environments bind scopes that hold nothing. Add a secret to a scope that one of them binds.'
          : `It searches the names of ${total === 1 ? 'the one key' : `all ${total.toLocaleString('en')} keys`} and the scopes that supply them.`}
      </p>
    </Empty>
  );
}
