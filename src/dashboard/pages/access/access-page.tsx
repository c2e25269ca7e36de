import { Ban, LogOut, Plus } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import type { ClientOutput } from '../../../api/registry.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { useSession } from '../../api/session.tsx';
import { useOrganization } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { CopyButton } from '../../ui/copy.tsx';
import { ErrorNotice } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { visible } from '../../ui/visible.ts';
import { Time } from '../../ui/time.tsx';
import styles from '../environments/environments.module.css';
import { TokenDialog } from './token-dialog.tsx';
import { RowAction, RowActions, Table } from '../../ui/table.tsx';

type Token = ClientOutput<'tokens.list'>['tokens'][number];

/** Who may do what: tokens, and the sessions opened with them. */
export default function AccessPage(): ReactElement {
  const mayManage = useSession().permissions.includes('tokens:manage');
  const sessions = useRead('sessions.list', {});
  const tokens = useRead('tokens.list', {}, { enabled: mayManage });
  const [doing, setDoing] = useState<'create' | Token>();
  const done = (): void => {
    setDoing(undefined);
  };
  return (
    <Page
      title="Access"
      data={
        sessions.data === undefined || (mayManage && tokens.data === undefined)
          ? undefined
          : { ...sessions.data, ...tokens.data }
      }
      actions={
        <Action
          look="primary"
          operation="tokens.create"
          input={{}}
          onClick={() => {
            setDoing('create');
          }}
        >
          <Plus aria-hidden />
          Issue token
        </Action>
      }
    >
      <h2 className={styles['section']}>Dashboard sessions</h2>
      <Sessions />
      {mayManage ? (
        <>
          <h2 className={styles['section']}>Tokens</h2>
          <Tokens onRevoke={setDoing} />
        </>
      ) : undefined}
      {doing === 'create' ? <TokenDialog onClose={done} /> : undefined}
      {typeof doing === 'object' ? <RevokeDialog token={doing} onClose={done} /> : undefined}
    </Page>
  );
}

function Sessions(): ReactElement {
  const organization = useOrganization();
  const listed = useRead('sessions.list', {});
  const { mutate, error } = useWrite('sessions.end');
  return (
    <Result of={listed} what="the sessions">
      {({ sessions }) => (
        <>
          {error === null ? undefined : (
            <div className={pageStyles['padded']}>
              <ErrorNotice error={error} />
            </div>
          )}
          <Table headings={['Token', 'Role', 'Signed in', 'Last used', 'Ends']} hasActions>
            {sessions.map((one) => (
              <tr key={one.id}>
                <td className={pageStyles['name']}>
                  {visible(one.tokenName)} {one.own ? <span className={pageStyles['chip']}>this one</span> : undefined}
                </td>
                <td>{one.role}</td>
                <td data-label="signed in">
                  <Time at={one.createdAt} />
                </td>
                <td data-label="used">
                  <Time at={one.usedAt} />
                </td>
                <td data-label="ends">
                  <Time at={one.expiresAt} />
                </td>
                <RowActions>
                  <RowAction
                    operation="sessions.end"
                    input={{ id: one.id }}
                    icon={LogOut}
                    verb="End session"
                    of={`of ${visible(one.tokenName)}`}
                    onClick={() => {
                      mutate({ id: one.id });
                    }}
                  />
                  <CopyButton
                    text={commandLine(organization, 'sessions.end', { id: one.id })}
                    label="Copy command"
                    of={`for the session of ${visible(one.tokenName)}`}
                  />
                </RowActions>
              </tr>
            ))}
          </Table>
        </>
      )}
    </Result>
  );
}

function Tokens({ onRevoke }: { readonly onRevoke: (token: Token) => void }): ReactElement {
  const listed = useRead('tokens.list', {});
  return (
    <Result of={listed} what="the tokens">
      {({ tokens }) => (
        <Table headings={['Name', 'Role', 'Narrowed to', 'Issued', 'Expires']} hasActions>
          {tokens.map((token) => (
            <tr key={token.id}>
              <td className={pageStyles['name']}>{visible(token.name)}</td>
              <td>{token.role}</td>
              <td className={pageStyles['mono']}>
                {[
                  ...(token.environments ?? []).map((name) => `environment ${name}`),
                  ...(token.scopes ?? []),
                  ...(token.agent === undefined ? [] : [`agent ${token.agent.id}`]),
                ].join(', ')}
              </td>
              <td data-label="issued">
                <Time at={token.createdAt} />
              </td>
              <td data-label="expires">{token.expiresAt === undefined ? 'never' : <Time at={token.expiresAt} />}</td>
              <RowActions>
                <RowAction
                  operation="tokens.revoke"
                  input={{ id: token.id }}
                  icon={Ban}
                  verb="Revoke"
                  of={visible(token.name)}
                  onClick={() => {
                    onRevoke(token);
                  }}
                />
              </RowActions>
            </tr>
          ))}
        </Table>
      )}
    </Result>
  );
}

function RevokeDialog({ token, onClose }: { readonly token: Token; readonly onClose: () => void }): ReactElement {
  return (
    <ConfirmDialog
      title={`Revoke ${token.name}`}
      name={token.name}
      operation="tokens.revoke"
      input={{ id: token.id }}
      verb="Revoke token"
      done={() => `Revoked ${token.name}.`}
      onClose={onClose}
    >
      <p>It is refused at once, and the sessions and jobs that were opened with it end.</p>
    </ConfirmDialog>
  );
}
