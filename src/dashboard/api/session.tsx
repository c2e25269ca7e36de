import { createContext, use } from 'react';
import type { DashboardSession } from '../../api/dashboard-session.ts';
import { send, setCsrf } from './call.ts';
import { setConnection } from './connection.ts';

const address = '/dashboard/session';

/**
 * The present session.
 * @throws Problem `unauthenticated` if nobody is signed in
 */
export async function readSession(): Promise<DashboardSession> {
  return took(await send({ method: 'GET', path: address }));
}

/** @throws Problem */
export async function signIn(credential: { token: string } | { code: string }): Promise<DashboardSession> {
  const session = took(await send({ method: 'POST', path: address, body: JSON.stringify(credential) }));
  setConnection('up');
  return session;
}

export async function signOut(): Promise<void> {
  await send({ method: 'DELETE', path: address });
  // A new document drops everything that the page held in memory.
  window.location.assign('/');
}

function took(answer: unknown): DashboardSession {
  // The server checks its answers against the schema of this very type.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  const session = answer as DashboardSession;
  setCsrf(session.csrf);
  return session;
}

export const SessionContext = createContext<DashboardSession | undefined>(undefined);

export function useSession(): DashboardSession {
  const session = use(SessionContext);
  if (session === undefined) throw new TypeError('nobody is signed in');
  return session;
}
