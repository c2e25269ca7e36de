import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { Suspense, useEffect, useEffectEvent, type ReactElement } from 'react';
import { Redirect, useLocation } from 'wouter';
import type { DashboardSession } from '../api/dashboard-session.ts';
import { firstAnswer } from './api/call.ts';
import { useConnection } from './api/connection.ts';
import type { Problem } from './api/problem.ts';
import { readSession, SessionContext } from './api/session.tsx';
import { decoded, OrganizationContext } from './shell/address.ts';
import { FailureBoundary } from './shell/failure.tsx';
import { SessionEnded } from './shell/session-ended.tsx';
import { Shell } from './shell/shell.tsx';
import { SignInPage } from './shell/sign-in.tsx';
import { Loading } from './ui/notice.tsx';
import { lazily } from './ui/lazily.ts';

const loadSignIn = () => import('./shell/sign-in-dialog.tsx');
const SignInDialog = lazily(loadSignIn);

/** How often a server that does not answer is tried again. */
const retryMs = 1_500;
/** How often the session is checked if no event tells. */
const sessionMs = 60_000;

/** The whole page: signing in, or the shell around the page of the address. */
export function App(): ReactElement {
  const client = useQueryClient();
  const connection = useConnection();
  const { data: session, error } = useQuery<DashboardSession, Problem>({
    queryKey: ['session'],
    queryFn: readSession,
    refetchInterval: connection === 'up' ? sessionMs : false,
    staleTime: sessionMs,
  });
  const signedIn = (next: DashboardSession): void => {
    const isOther = session !== undefined && session.token !== next.token;
    client.setQueryData(['session'], next);
    if (!isOther) void client.invalidateQueries();
    else void dropOthers(client);
  };
  const tryAgain = useEffectEvent(async () => {
    await readSession().then(signedIn, () => undefined);
  });
  useEffect(() => {
    if (connection !== 'down') return undefined;
    let isAsking = false;
    const timer = setInterval(() => {
      // A silent server would soon have all of the browser's connections.
      if (isAsking) return;
      isAsking = true;
      void tryAgain().finally(() => {
        isAsking = false;
      });
    }, retryMs);
    return () => {
      clearInterval(timer);
    };
  }, [connection]);
  useEffect(() => {
    if (connection !== 'ended') return undefined;
    // Whoever comes back from another tab may have signed in there.
    const look = (): void => {
      void tryAgain();
    };
    window.addEventListener('focus', look);
    return () => {
      window.removeEventListener('focus', look);
    };
  }, [connection]);

  const isSignedIn = session !== undefined;
  useEffect(() => {
    // When the session ends, a newer orchestrator may no longer have it.
    if (isSignedIn)
      void firstAnswer()
        .then(loadSignIn)
        .catch(() => undefined);
  }, [isSignedIn]);

  if (session === undefined)
    return error === null && connection !== 'ended' ? (
      <Loading what="the session" />
    ) : (
      <SignInPage onSignedIn={signedIn} isDown={connection === 'down'} />
    );
  return (
    <SessionContext value={session}>
      <AtAddress session={session} />
      {/* Over the page, which keeps what was typed into it. */}
      {connection === 'ended' ? (
        <FailureBoundary instead={<SessionEnded />}>
          <Suspense>
            <SignInDialog onSignedIn={signedIn} actor={session.actor} />
          </Suspense>
        </FailureBoundary>
      ) : undefined}
    </SessionContext>
  );
}

/** Of what somebody else was answered, nothing stays that is not answered to whoever is here now. */
async function dropOthers(client: QueryClient): Promise<void> {
  client.removeQueries({ type: 'inactive' });
  await client.invalidateQueries();
  await client.resetQueries({ predicate: ({ state }) => state.error !== null });
}

function AtAddress({ session }: { readonly session: DashboardSession }): ReactElement {
  const [location] = useLocation();
  const [, organization, rest] = /^\/orgs\/([^/]+)\/(.+)$/.exec(location) ?? [];
  if (organization === undefined || rest === undefined)
    return <Redirect replace to={`/orgs/${organization ?? session.organization}/grid`} />;
  return (
    <OrganizationContext value={decoded(organization)}>
      <Shell key={organization} />
    </OrganizationContext>
  );
}
