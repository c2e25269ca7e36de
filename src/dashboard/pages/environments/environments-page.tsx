import { Plus } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Link, useParams } from 'wouter';
import { useRead } from '../../api/queries.ts';
import { decoded, usePlaces } from '../../shell/address.ts';
import { Action } from '../../ui/action.tsx';
import { Empty } from '../../ui/notice.tsx';
import { Result } from '../../ui/result.tsx';
import { TreeHead } from '../../ui/tree-head.tsx';
import { count } from '../../ui/time.tsx';
import { FirstSteps } from '../grid/first-steps.tsx';
import styles from '../secrets/secrets.module.css';
import { EnvironmentView } from './environment-view.tsx';
import { NewEnvironmentDialog } from './new-environment.tsx';
import own from './environments.module.css';

/** The environments, and one of them with its bindings and keys. */
export default function EnvironmentsPage(): ReactElement {
  const { environment } = useParams<{ environment?: string }>();
  const place = usePlaces();
  const listed = useRead('environments.list', {});
  const [isNew, setNew] = useState(false);
  const shown = environment === undefined ? undefined : decoded(environment);
  const hasNone = listed.data?.environments.length === 0;
  return (
    <div className={styles['split']} data-shows={shown !== undefined ? 'names' : hasNone ? 'both' : 'tree'}>
      <nav className={styles['tree']} aria-label="Environments">
        <TreeHead title="Environments" isAlone={shown === undefined} data={listed.data}>
          <Action
            look="quiet"
            operation="environments.create"
            input={{}}
            onClick={() => {
              setNew(true);
            }}
          >
            <Plus aria-hidden />
            New
          </Action>
        </TreeHead>
        <Result of={listed} what="the environments">
          {({ environments }) =>
            environments.length === 0 ? (
              <p className={styles['none']}>No environment yet: make one, and bind the scopes that its jobs need.</p>
            ) : (
              <ul>
                {environments.map(({ name, bindings }) => (
                  <li key={name}>
                    <Link
                      href={place(`environments/${encodeURIComponent(name)}`)}
                      className={`${styles['scope']} ${own['entry']}`}
                      {...(name === shown ? { 'aria-current': 'page' } : {})}
                    >
                      <span>{name}</span>
                      <span className={own['count']}>{count(bindings, 'binding')}</span>
                    </Link>
                  </li>
                ))}
              </ul>
            )
          }
        </Result>
      </nav>
      <div className={styles['names']}>
        {shown !== undefined ? (
          <EnvironmentView key={shown} environment={shown} />
        ) : hasNone ? (
          <FirstSteps />
        ) : (
          <Empty title="Pick an environment">
            <p>
              An environment binds scopes. A job that runs in it gets the keys of the scopes that it binds, the highest
              priority first.
            </p>
          </Empty>
        )}
      </div>
      {isNew ? (
        <NewEnvironmentDialog
          onClose={() => {
            setNew(false);
          }}
        />
      ) : undefined}
    </div>
  );
}
