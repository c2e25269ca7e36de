import { HeartPulse, Pencil, Plus, Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { hintOf, meaningOf } from '../../../api/failure-words.ts';
import type { ClientOutput } from '../../../api/registry.ts';
import { useRead, useWrite } from '../../api/queries.ts';
import { Action } from '../../ui/action.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { ErrorNotice, Notice, sentence } from '../../ui/notice.tsx';
import { Page, pageStyles } from '../../ui/page.tsx';
import { Result } from '../../ui/result.tsx';
import { State } from '../../ui/state.tsx';
import { count, span, Time } from '../../ui/time.tsx';
import type { Backend } from './backend.ts';
import { BackendDialog } from './backend-dialog.tsx';
import styles from './backends.module.css';

type Doing = { readonly kind: 'add' } | { readonly kind: 'change' | 'remove'; readonly backend: Backend };

/** The stores that secrets come from, with their health. */
export default function BackendsPage(): ReactElement {
  const listed = useRead('backends.list', {});
  const [doing, setDoing] = useState<Doing>();
  const done = (): void => {
    setDoing(undefined);
  };
  return (
    <Page
      title="Backends"
      data={listed.data}
      lead="The stores that hold the scopes. What one of them cannot answer is unavailable; another never supplies it instead."
      actions={
        <Action
          look="primary"
          operation="backends.add"
          input={{}}
          onClick={() => {
            setDoing({ kind: 'add' });
          }}
        >
          <Plus aria-hidden />
          Add backend
        </Action>
      }
    >
      <Result of={listed} what="the backends">
        {({ backends }) => (
          <ul className={styles['list']}>
            {backends.map((backend) => (
              <BackendCard key={backend.name} backend={backend} onDo={setDoing} />
            ))}
          </ul>
        )}
      </Result>
      {doing?.kind === 'add' ? <BackendDialog onClose={done} /> : undefined}
      {doing?.kind === 'change' ? <BackendDialog backend={doing.backend} onClose={done} /> : undefined}
      {doing?.kind === 'remove' ? <RemoveDialog name={doing.backend.name} onClose={done} /> : undefined}
    </Page>
  );
}

interface CardProps {
  readonly backend: Backend;
  readonly onDo: (doing: Doing) => void;
}

function BackendCard({ backend, onDo }: CardProps): ReactElement {
  const { name, type, optional, settings, secretSettings, deadlineMs, health, updatedAt } = backend;
  const test = useWrite('backends.test');
  const isOwn = type === 'internal';
  return (
    <li className={styles['card']}>
      <header className={styles['head']}>
        <h2 className={pageStyles['mono']}>{name}</h2>
        <span className={pageStyles['chip']}>{type}</span>
        {optional ? <span className={pageStyles['chip']}>optional</span> : undefined}
        <Health health={health} />
        <div className={styles['actions']}>
          <Action
            operation="backends.test"
            input={{ name }}
            aria-label={`${test.isPending ? 'Testing' : 'Test'} ${name}`}
            disabled={test.isPending}
            onClick={() => {
              test.mutate({ name });
            }}
          >
            <HeartPulse aria-hidden />
            {test.isPending ? 'Testing…' : 'Test'}
          </Action>
          {isOwn ? undefined : (
            <>
              <Action
                operation="backends.update"
                aria-label={`Change ${name}`}
                input={{ name }}
                onClick={() => {
                  onDo({ kind: 'change', backend });
                }}
              >
                <Pencil aria-hidden />
                Change
              </Action>
              <Action
                look="quiet"
                operation="backends.remove"
                aria-label={`Remove ${name}`}
                input={{ name }}
                onClick={() => {
                  onDo({ kind: 'remove', backend });
                }}
              >
                <Trash2 aria-hidden />
                Remove
              </Action>
            </>
          )}
        </div>
      </header>
      {test.error === null ? undefined : <ErrorNotice error={test.error} />}
      {test.data === undefined ? undefined : <TestResult result={test.data} />}
      {isOwn ? undefined : (
        <dl className={pageStyles['facts']}>
          {Object.entries(settings).map(([setting, value]) => (
            <Fact key={setting} name={setting} text={String(value)} />
          ))}
          {secretSettings.map((setting) => (
            <Fact key={setting} name={setting} text="set, not shown" />
          ))}
          <Fact name="deadline" text={span(deadlineMs)} />
          <dt>changed</dt>
          <dd>
            <Time at={updatedAt} />
          </dd>
        </dl>
      )}
    </li>
  );
}

function Fact({ name, text }: { readonly name: string; readonly text: string }): ReactElement {
  return (
    <>
      <dt>{name}</dt>
      <dd className={pageStyles['mono']}>{text}</dd>
    </>
  );
}

function Health({ health }: { readonly health: Backend['health'] }): ReactElement {
  const { failure, breaker, latencyMs, lastCheckAt, lastFailure } = health;
  const isDown = failure !== undefined || breaker !== 'closed';
  return (
    <span className={styles['health']}>
      {isDown ? (
        <State name="unavailable">
          unavailable{failure === undefined ? '' : ` (${failure})`}
          {breaker === 'closed' ? '' : `, breaker ${breaker}`}
        </State>
      ) : (
        <State name={lastCheckAt === undefined ? 'unset' : 'set'}>
          {lastCheckAt === undefined ? 'not asked yet' : 'healthy'}
        </State>
      )}
      <span className={pageStyles['soft']}>
        {latencyMs === undefined ? '' : `${span(latencyMs)} `}
        {lastCheckAt === undefined ? undefined : <Time at={lastCheckAt} />}
        {lastFailure === undefined ? undefined : (
          <>
            {lastCheckAt === undefined ? '' : ', '}last failure {lastFailure.code} <Time at={lastFailure.at} />
          </>
        )}
      </span>
    </span>
  );
}

function TestResult({ result }: { readonly result: ClientOutput<'backends.test'> }): ReactElement {
  const { healthy, latencyMs, identity, server, listed, code } = result;
  if (!healthy)
    return (
      <Notice look="bad">
        <strong>
          {sentence(result.message ?? (code === undefined ? 'The test failed' : meaningOf({ ...result, code })))}
        </strong>
        <p>{sentence(`next: ${result.hint ?? (code === undefined ? 'see the log' : hintOf({ ...result, code }))}`)}</p>
        <code>{code}</code>
      </Notice>
    );
  return (
    <Notice look="good">
      <p>
        Signed in and listed {listed === undefined ? '' : count(listed, 'name')} in {span(latencyMs)}
        {identity === undefined ? '' : ` as ${identity}`}
        {server === undefined ? '' : ` at ${server}`}.
      </p>
    </Notice>
  );
}

function RemoveDialog({ name, onClose }: { readonly name: string; readonly onClose: () => void }): ReactElement {
  return (
    <ConfirmDialog
      title={`Remove the backend ${name}`}
      name={name}
      operation="backends.remove"
      input={{ name }}
      verb="Remove backend"
      done={() => `Removed the backend ${name}.`}
      onClose={onClose}
    >
      <p>Its store keeps its secrets. A backend that bindings name cannot be removed: unbind it first.</p>
    </ConfirmDialog>
  );
}
