import { ClipboardPaste, FileQuestion, Pencil, Plus, Trash2 } from 'lucide-react';
import { Fragment, useState, type ReactElement } from 'react';
import { Link } from 'wouter';
import { useRead } from '../../api/queries.ts';
import { useDrawer, usePlaces } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { SearchField } from '../../ui/field.tsx';
import { Empty, Notice, sentence } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { visible } from '../../ui/visible.ts';
import { Result } from '../../ui/result.tsx';
import { DeclareDialog, DeleteSecretDialog } from './name-dialogs.tsx';
import { HistoryDrawer } from './history-drawer.tsx';
import ImportDialog from './import-dialog.tsx';
import { DeleteScopeDialog, RenameScopeDialog } from './scope-dialogs.tsx';
import SecretDialog from './secret-dialog.tsx';
import { SecretTable, type SecretRow } from './secret-table.tsx';
import styles from './secrets.module.css';

type Doing =
  | { readonly kind: 'add' | 'import' | 'declare' | 'rename' | 'delete' }
  | { readonly kind: 'replace' | 'remove'; readonly row: SecretRow };

/** The names of one scope. */
export function ScopePage({ scope }: { readonly scope: string }): ReactElement {
  const place = usePlaces();
  const { shown, open, close } = useDrawer();
  const [doing, setDoing] = useState<Doing>();
  const [filter, setFilter] = useState('');
  const listed = useRead('secrets.list', { scope });
  const at = { scope };
  const key = shown.get('secret');
  const done = (): void => {
    setDoing(undefined);
  };
  const begin = (next: Doing) => () => {
    setDoing(next);
  };
  return (
    <div className={styles['split']}>
      <div className={styles['names']}>
        <Page
          title={scope}
          data={listed.data}
          actions={
            <>
              <Action
                operation="scopes.rename"
                look="quiet"
                input={{ from: scope }}
                onClick={begin({ kind: 'rename' })}
              >
                <Pencil aria-hidden />
                Rename
              </Action>
              <Action operation="scopes.delete" look="quiet" input={at} onClick={begin({ kind: 'delete' })}>
                <Trash2 aria-hidden />
                Delete scope
              </Action>
              <Action look="primary" operation="secrets.set" input={at} onClick={begin({ kind: 'add' })}>
                <Plus aria-hidden />
                Add secret
              </Action>
            </>
          }
          lead={
            <>
              <Link className={styles['back']} href={place('settings/secrets')}>
                All scopes
              </Link>
              Values are stored and never shown: this page can set one, not show one. <BoundBy scope={scope} />
            </>
          }
          tools={
            <>
              <SearchField label="Filter names" value={filter} onText={setFilter} />
              <Action operation="secrets.import" input={at} onClick={begin({ kind: 'import' })}>
                <ClipboardPaste aria-hidden />
                Paste .env
              </Action>
              <Action operation="secrets.declare" input={at} onClick={begin({ kind: 'declare' })}>
                <FileQuestion aria-hidden />
                Declare name
              </Action>
            </>
          }
        >
          <Result of={listed} what="the names">
            {({ secrets, unavailable, unnameable }) => (
              <>
                {unavailable.length + unnameable.length === 0 ? undefined : (
                  <div className={pageStyles['padded']}>
                    {unavailable.map((part) => (
                      <Notice key={`${part.code}${part.scopes.join()}`} look="warn">
                        <strong>Not all names are known. {sentence(part.meaning)}</strong>
                        <p>Next: {part.hint}.</p>
                      </Notice>
                    ))}
                    {unnameable.map(({ name, reason }) => (
                      <Notice key={name} look="plain">
                        <p>
                          <code>{visible(name)}</code> cannot be bound: {reason}.
                        </p>
                      </Notice>
                    ))}
                  </div>
                )}
                {secrets.length === 0 ? (
                  <Empty title="No secret in this scope yet">
                    <p>Add one, or paste a .env file to add many after a review.</p>
                  </Empty>
                ) : (
                  <SecretTable
                    rows={secrets.filter((one) => one.key.toLowerCase().includes(filter.trim().toLowerCase()))}
                    all={secrets}
                    shown={key}
                    onHistory={(row) => {
                      open({ secret: row.key });
                    }}
                    onReplace={(row) => {
                      setDoing({ kind: 'replace', row });
                    }}
                    onDelete={(row) => {
                      setDoing({ kind: 'remove', row });
                    }}
                  />
                )}
              </>
            )}
          </Result>
        </Page>
      </div>
      {key === null ? undefined : <HistoryDrawer key={key} scope={scope} secretKey={key} onClose={close} />}
      {doing === undefined ? undefined : <Doer doing={doing} scope={scope} onClose={done} />}
    </div>
  );
}

/** The environments whose bindings select the scope. */
function BoundBy({ scope }: { readonly scope: string }): ReactElement {
  const place = usePlaces();
  const bound = useRead('environments.list', { scope }).data?.environments;
  if (bound === undefined) return <></>;
  if (bound.length === 0) return <>No environment binds this scope.</>;
  return (
    <>
      Bound by{' '}
      {bound.map(({ name }, at) => (
        <Fragment key={name}>
          {at === 0 ? '' : ', '}
          <Link href={place(`environments/${encodeURIComponent(name)}`)}>{name}</Link>
        </Fragment>
      ))}
      .
    </>
  );
}

interface DoerProps {
  readonly doing: Doing;
  readonly scope: string;
  readonly onClose: () => void;
}

function Doer({ doing, scope, onClose }: DoerProps): ReactElement {
  switch (doing.kind) {
    case 'add':
      return <SecretDialog scope={scope} onClose={onClose} />;
    case 'import':
      return <ImportDialog scope={scope} onClose={onClose} />;
    case 'declare':
      return <DeclareDialog scope={scope} onClose={onClose} />;
    case 'rename':
      return <RenameScopeDialog scope={scope} onClose={onClose} />;
    case 'delete':
      return <DeleteScopeDialog scope={scope} onClose={onClose} />;
    case 'replace':
      return <SecretDialog at={{ scope, key: doing.row.key }} version={doing.row.version} onClose={onClose} />;
    case 'remove':
      return <DeleteSecretDialog scope={scope} secretKey={doing.row.key} onClose={onClose} />;
  }
}
