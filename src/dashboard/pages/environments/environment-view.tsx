import { Link2, Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Link } from 'wouter';
import { useRead } from '../../api/queries.ts';
import { useGo, usePlaces } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Page } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import secretStyles from '../secrets/secrets.module.css';
import type { BindingView, Doing } from './binding.ts';
import { BindingDialog } from './binding-dialog.tsx';
import { BindingPreview } from './binding-preview.tsx';
import { BindingTable } from './binding-table.tsx';
import { CheckResult } from './check-result.tsx';
import styles from './environments.module.css';
import { KeyTable } from './key-table.tsx';

/** The bindings of an environment, and what they yield. */
export function EnvironmentView({ environment }: { readonly environment: string }): ReactElement {
  const place = usePlaces();
  const shown = useRead('environments.show', { environment });
  const keys = useRead('resolution.catalogue', { environment });
  const [doing, setDoing] = useState<Doing>();
  const done = (): void => {
    setDoing(undefined);
  };
  return (
    <Page
      title={environment}
      data={shown.data}
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
            input={{ environment }}
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
            input={{ environment }}
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
      {/* What is above is known first, so that nothing moves as it comes. */}
      {shown.data === undefined ? undefined : (
        <>
          <h2 className={styles['section']}>Keys</h2>
          <KeyTable environment={environment} />
        </>
      )}
      {shown.data === undefined || keys.isPending ? undefined : (
        <>
          <h2 className={styles['section']}>Check</h2>
          <CheckResult environment={environment} />
        </>
      )}
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

interface UnbindProps {
  readonly environment: string;
  readonly binding: BindingView;
  readonly onClose: () => void;
}

function UnbindDialog({ environment, binding, onClose }: UnbindProps): ReactElement {
  const { id, scope, version } = binding;
  return (
    <ConfirmDialog
      title={`Unbind ${scope}`}
      name={scope}
      operation="bindings.remove"
      input={{ environment, id, expectedVersion: version }}
      verb="Unbind scope"
      done={() => `${environment} no longer binds ${scope}.`}
      onClose={onClose}
    >
      <p>
        From {environment}. Keys that only this binding supplies vanish from jobs that start after this, and others may
        get another winner.
      </p>
      <BindingPreview isReady asked={{ environment, id, remove: 'true' }} />
    </ConfirmDialog>
  );
}

interface DeleteProps {
  readonly environment: string;
  readonly onClose: () => void;
}

function DeleteDialog({ environment, onClose }: DeleteProps): ReactElement {
  const go = useGo();
  return (
    <ConfirmDialog
      title={`Delete the environment ${environment}`}
      name={environment}
      operation="environments.delete"
      input={{ environment }}
      verb="Delete environment"
      done={() => `Deleted the environment ${environment}.`}
      onDone={() => {
        go('environments');
      }}
      onClose={onClose}
    >
      <p>Its bindings and variables go too. The secrets stay in their scopes.</p>
    </ConfirmDialog>
  );
}
