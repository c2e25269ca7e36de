import { createContext, use } from 'react';
import type { DashboardSession } from '../../api/dashboard-session.ts';
import { send, setCsrf, waitFor } from './call.ts';
import { reviveConnection, setConnection } from './connection.ts';
import { Problem } from './problem.ts';
import { isInSight } from './use-in-sight.ts';

const address = '/dashboard/session';
/** For the answer to who is signed in, which costs the server next to nothing. */
const patienceMs = 10_000;

/** Whoever is signed in at this page. */
let ours: DashboardSession['token'] | undefined;

/**
 * The present session: another one of the same token will do, since another tab may have opened it.
 * @throws Problem `unauthenticated` if nobody is signed in, or somebody else
 */
export async function readSession(): Promise<DashboardSession> {
  const silence = new AbortController();
  const timer = setTimeout(() => {
    silence.abort(new DOMException('', 'TimeoutError'));
  }, patienceMs);
  const session = sessionIn(
    await send({ method: 'GET', path: address, isWrite: false, signal: silence.signal }).finally(() => {
      clearTimeout(timer);
    }),
  );
  if (ours === undefined || ours === session.token) return took(session);
  setConnection('ended');
  throw new Problem(401, {
    error: 'unauthenticated',
    message: 'somebody else is signed in in this browser now',
    hint: 'sign in again; what you typed is kept',
  });
}

// Whoever comes back to this page may have signed in as somebody else behind it.
document.addEventListener('visibilitychange', () => {
  if (isInSight() && ours !== undefined) waitFor(readSession().catch(() => undefined));
});

/** @throws Problem */
export async function signIn(credential: { token: string } | { code: string }): Promise<DashboardSession> {
  return took(
    sessionIn(await send({ method: 'POST', path: address, body: JSON.stringify(credential), isWrite: true })),
  );
}

export async function signOut(): Promise<void> {
  await send({ method: 'DELETE', path: address, isWrite: true });
  // A new document drops everything that the page held in memory.
  window.location.assign('/');
}

function sessionIn(answer: unknown): DashboardSession {
  // The server checks its answers against the schema of this very type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return answer as DashboardSession;
}

function took(session: DashboardSession): DashboardSession {
  ours = session.token;
  setCsrf(session.csrf);
  reviveConnection();
  return session;
}

export const SessionContext = createContext<DashboardSession | undefined>(undefined);

export function useSession(): DashboardSession {
  const session = use(SessionContext);
  if (session === undefined) throw new TypeError('nobody is signed in');
  return session;
}
