import { Suspense, useEffect, useState, type ReactElement } from 'react';
import { Redirect, Route, Switch, useLocation } from 'wouter';
import { useConnection } from '../api/connection.ts';
import { useEvents } from '../api/events.ts';
import { GridPage } from '../pages/grid/grid-page.tsx';
import { Empty, Loading, Notice } from '../ui/notice.tsx';
import { usePlaces } from './address.ts';
import { Bar } from './bar.tsx';
import { Rail } from './rail.tsx';
import { FailureBoundary } from './failure.tsx';
import styles from './shell.module.css';
import { lazily } from '../ui/lazily.ts';

const SecretsPage = lazily(() => import('../pages/secrets/secrets-page.tsx'));
const VariablesPage = lazily(() => import('../pages/variables/variables-page.tsx'));
const EnvironmentsPage = lazily(() => import('../pages/environments/environments-page.tsx'));
const BackendsPage = lazily(() => import('../pages/backends/backends-page.tsx'));
const PolicyPage = lazily(() => import('../pages/policy/policy-page.tsx'));
const AuditPage = lazily(() => import('../pages/audit/audit-page.tsx'));
const AccessPage = lazily(() => import('../pages/access/access-page.tsx'));
const JobsPage = lazily(() => import('../pages/jobs/jobs-page.tsx'));
const Palette = lazily(() => import('./palette.tsx'));

/** What surrounds every page, and which page an address shows. */
export function Shell(): ReactElement {
  const [isFinding, setFinding] = useState(false);
  const connection = useConnection();
  const place = usePlaces();
  const section = useLocation()[0].split('/', 5).join('/');
  useEvents();
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setFinding((shown) => !shown);
    };
    window.addEventListener('keydown', listen);
    return () => {
      window.removeEventListener('keydown', listen);
    };
  }, []);
  return (
    <div className={styles['shell']}>
      <Bar
        onFind={() => {
          setFinding(true);
        }}
      />
      <main className={styles['main']} tabIndex={-1}>
        {connection === 'down' ? (
          <div className={styles['banner']}>
            <Notice look="warn">
              <strong>The orchestrator does not answer.</strong>
              <p>What you typed is kept. This page continues by itself when the orchestrator answers again.</p>
            </Notice>
          </div>
        ) : undefined}
        <div className={styles['content']}>
          <FailureBoundary key={section}>
            <Suspense fallback={<Loading what="the page" />}>
              <Switch>
                <Route path={place('grid')} component={GridPage} />
                <Route path={place('settings/secrets/*?')} component={SecretsPage} />
                <Route path={place('settings/variables/:environment?')} component={VariablesPage} />
                <Route path={place('settings/backends')} component={BackendsPage} />
                <Route path={place('settings/policy')} component={PolicyPage} />
                <Route path={place('settings')}>
                  <Redirect replace to={place('settings/secrets')} />
                </Route>
                <Route path={place('environments/:environment?')} component={EnvironmentsPage} />
                <Route path={place('jobs')} component={JobsPage} />
                <Route path={place('audit')} component={AuditPage} />
                <Route path={place('access')} component={AccessPage} />
                <Route>
                  <Empty title="There is no such page">
                    <p>Nothing is at this address. The sections on the left lead to every page.</p>
                  </Empty>
                </Route>
              </Switch>
            </Suspense>
          </FailureBoundary>
        </div>
      </main>
      <Rail />
      {isFinding ? (
        <FailureBoundary instead={false}>
          <Suspense>
            <Palette
              onClose={() => {
                setFinding(false);
              }}
            />
          </Suspense>
        </FailureBoundary>
      ) : undefined}
    </div>
  );
}
