import type { BackendHost, CallContext, ScopePath } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import { createSessions, type Sessions } from '../session/sessions.ts';
import type { Answer } from '../wire/answer.ts';
import { openWire } from '../wire/wire.ts';
import { createLocks } from './locks.ts';
import { detectVersion } from './mount.ts';

export interface ServiceRequest {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** The server, signed in to. */
export interface Service {
  readonly config: VaultConfig;
  readonly host: BackendHost;
  /** Whatever the server answers. @throws BackendError when it does not, or when there is no signing in */
  send(request: ServiceRequest, context: CallContext): Promise<Answer>;
  /** Asked for once. @throws BackendError */
  kvVersion(context: CallContext): Promise<1 | 2>;
  /** Asks again, and fails where the identity has no right below the mount. @throws BackendError */
  examine(context: CallContext): Promise<1 | 2>;
  /** Changes of one path wait for each other. */
  alone<T>(scope: ScopePath, context: CallContext, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openService(config: VaultConfig, host: BackendHost): Promise<Service> {
  const wire = await openWire(config, host);
  const sessions: Sessions = createSessions(wire, config, host);
  let version: 1 | 2 | undefined;
  const service: Service = {
    config,
    host,
    async send(request, context) {
      const { namespace } = config;
      const session = await sessions.current(context);
      const answer = await wire.send({ ...request, namespace, token: session.grant.token }, context);
      if (answer.status !== 403) return answer;
      const next = await sessions.afterRefusal(session, context);
      return next === undefined ? answer : wire.send({ ...request, namespace, token: next.grant.token }, context);
    },
    async kvVersion(context) {
      version ??= await detectVersion(service, false, context);
      return version;
    },
    examine: (context) => detectVersion(service, true, context),
    alone: createLocks(),
    async close() {
      await sessions.close();
      await wire.close();
    },
  };
  return service;
}
