import { Link2, Link2Off, Pencil, Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Link } from 'wouter';
import type { ClientOutput } from '../../../api/registry.ts';
import { commandLine } from '../../api/command-line.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { useGo, useOrganization, usePlaces } from '../../shell/address.ts';
import { say } from '../../shell/toast.tsx';
import { Action } from '../../ui/action.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import secretStyles from '../secrets/secrets.module.css';
import { BindingDialog } from './binding-dialog.tsx';
import { CheckResult } from './check-result.tsx';
import styles from './environments.module.css';
import { KeyTable } from './key-table.tsx';

export type BindingView = ClientOutput<'environments.show'>['bindings'][number];
type Doing =
  { readonly kind: 'bind' | 'delete' } | { readonly kind: 'rebind' | 'unbind'; readonly binding: BindingView };

/** The bindings of an environment, and what they come to. */
export function EnvironmentView({ environment }: { readonly environment: string }): ReactElement {
  const organization = useOrganization();
  const place = usePlaces();
  const shown = useRead('environments.show', { environment });
  const [doing, setDoing] = useState<Doing>();
  const done = (): void => {
    setDoing(undefined);
  };
  return (
    <Page
      title={environment}
      lead={
        <Link className={secretStyles['back']} href={place('environments')}>
          All environments
        </Link>
      }
      actions={
        <>
          <Action
            look="quiet"
            operation="environments.delete"
            command={commandLine(organization, 'environments.delete', { environment })}
            onClick={() => {
              setDoing({ kind: 'delete' });
            }}
          >
            <Trash2 aria-hidden />
            Delete environment
          </Action>
          <Action
            look="primary"
            operation="bindings.add"
            command={commandLine(organization, 'bindings.add', { environment })}
            onClick={() => {
              setDoing({ kind: 'bind' });
            }}
          >
            <Link2 aria-hidden />
            Bind scope
          </Action>
        </>
      }
    >
      <Result of={shown} what="the environment">
        {({ bindings }) => (
          <>
            <h2 className={styles['section']}>Bindings</h2>
            {bindings.length === 0 ? (
              <Empty title="Nothing is bound">
                <p>A job in this environment has no secrets until a scope is bound to it.</p>
              </Empty>
            ) : (
              <BindingTable bindings={bindings} environment={environment} onDo={setDoing} />
            )}
          </>
        )}
      </Result>
      <h2 className={styles['section']}>Keys</h2>
      <KeyTable environment={environment} />
      <h2 className={styles['section']}>Check</h2>
      <CheckResult environment={environment} />
      {doing === undefined ? undefined : <Doer doing={doing} environment={environment} onClose={done} />}
    </Page>
  );
}

interface DoerProps {
  readonly doing: Doing;
  readonly environment: string;
  readonly onClose: () => void;
}

function Doer({ doing, environment, onClose }: DoerProps): ReactElement {
  switch (doing.kind) {
    case 'bind':
      return <BindingDialog environment={environment} onClose={onClose} />;
    case 'rebind':
      return <BindingDialog environment={environment} binding={doing.binding} onClose={onClose} />;
    case 'unbind':
      return <UnbindDialog environment={environment} binding={doing.binding} onClose={onClose} />;
    case 'delete':
      return <DeleteDialog environment={environment} onClose={onClose} />;
  }
}

interface BindingTableProps {
  readonly environment: string;
  readonly bindings: readonly BindingView[];
  readonly onDo: (doing: Doing) => void;
}

function BindingTable({ environment, bindings, onDo }: BindingTableProps): ReactElement {
  const organization = useOrganization();
  const ranked = bindings.toSorted((left, right) => right.priority - left.priority);
  return (
    <table className={pageStyles['table']}>
      <thead>
        <tr>
          <th scope="col">Scope</th>
          <th scope="col">Priority</th>
          <th scope="col">Hosts</th>
          <th scope="col">Renames</th>
          <th scope="col">
            <span className={pageStyles['srOnly']}>Actions</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {ranked.map((binding) => (
          <tr key={binding.id}>
            <td className={pageStyles['mono']}>{binding.scope}</td>
            <td className={pageStyles['mono']} data-label="priority">
              {binding.priority}
            </td>
            <td className={pageStyles['mono']}>{binding.host === '**' ? 'every host' : binding.host}</td>
            <td className={pageStyles['mono']}>
              {[
                binding.prefix === undefined ? '' : `prefix ${binding.prefix}`,
                ...Object.entries(binding.map ?? {}).map(([from, to]) => `${from}→${to}`),
                binding.skipDeleted ? 'skips deleted' : '',
              ]
                .filter((part) => part !== '')
                .join(', ')}
            </td>
            <td>
              <div className={pageStyles['actions']}>
                <Action
                  look="quiet"
                  operation="bindings.update"
                  command={commandLine(organization, 'bindings.update', { environment, id: binding.id })}
                  onClick={() => {
                    onDo({ kind: 'rebind', binding });
                  }}
                >
                  <Pencil aria-hidden />
                  Change
                </Action>
                <Action
                  look="quiet"
                  operation="bindings.remove"
                  command={commandLine(organization, 'bindings.remove', { environment, id: binding.id })}
                  onClick={() => {
                    onDo({ kind: 'unbind', binding });
                  }}
                >
                  <Link2Off aria-hidden />
                  Unbind
                </Action>
              </div>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

interface UnbindProps {
  readonly environment: string;
  readonly binding: BindingView;
  readonly onClose: () => void;
}

function UnbindDialog({ environment, binding: { id, scope }, onClose }: UnbindProps): ReactElement {
  const organization = useOrganization();
  const { mutate, error, isPending } = useWrite('bindings.remove');
  return (
    <ConfirmDialog
      title={`Unbind ${scope}`}
      name={scope}
      verb="Unbind scope"
      command={commandLine(organization, 'bindings.remove', { environment, id })}
      error={error}
      isBusy={isPending}
      onClose={onClose}
      onConfirm={() => {
        mutate(
          { environment, id },
          {
            onSuccess: () => {
              say(`${environment} does not bind ${scope} any more.`);
              onClose();
            },
          },
        );
      }}
    >
      <p>
        From {environment}. Keys that only this binding supplies vanish from jobs that start after this, and others may
        get another winner.
      </p>
    </ConfirmDialog>
  );
}

function DeleteDialog({
  environment,
  onClose,
}: {
  readonly environment: string;
  readonly onClose: () => void;
}): ReactElement {
  const organization = useOrganization();
  const go = useGo();
  const { mutate, error, isPending } = useWrite('environments.delete');
  return (
    <ConfirmDialog
      title={`Delete the environment ${environment}`}
      name={environment}
      verb="Delete environment"
      command={commandLine(organization, 'environments.delete', { environment })}
      error={error}
      isBusy={isPending}
      onClose={onClose}
      onConfirm={() => {
        mutate(
          { environment },
          {
            onSuccess: () => {
              say(`Deleted the environment ${environment}.`);
              onClose();
              go('environments');
            },
          },
        );
      }}
    >
      <p>Its bindings and variables go too. The secrets stay in their scopes.</p>
    </ConfirmDialog>
  );
}
