import { lazy, Suspense, useEffect, useState, type ReactElement } from 'react';
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
import { Toasts } from './toast.tsx';

const SecretsPage = lazy(() => import('../pages/secrets/secrets-page.tsx'));
const VariablesPage = lazy(() => import('../pages/variables/variables-page.tsx'));
const EnvironmentsPage = lazy(() => import('../pages/environments/environments-page.tsx'));
const BackendsPage = lazy(() => import('../pages/backends/backends-page.tsx'));
const PolicyPage = lazy(() => import('../pages/policy/policy-page.tsx'));
const AuditPage = lazy(() => import('../pages/audit/audit-page.tsx'));
const AccessPage = lazy(() => import('../pages/access/access-page.tsx'));
const JobsPage = lazy(() => import('../pages/jobs/jobs-page.tsx'));
const Palette = lazy(() => import('./palette.tsx'));

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
      <main className={styles['main']}>
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
      <Toasts />
      {isFinding ? (
        <Suspense>
          <Palette
            onClose={() => {
              setFinding(false);
            }}
          />
        </Suspense>
      ) : undefined}
    </div>
  );
}
