import { BackendError, type BackendHost, type CallContext, type ScopePath } from '@kici-dev/secret-backend';
import type { VaultConfig } from '../config.ts';
import { isRefusal, speaksOf, versionedPathWarning } from '../vault-error.ts';
import { within } from '../interruption.ts';
import { createSessions, type Sessions } from '../session/sessions.ts';
import { shared } from '../shared.ts';
import { openWire } from '../wire/wire.ts';
import { createLocks } from './locks.ts';
import { detectVersion } from './mount.ts';
import type { Requests } from './request.ts';

/** How long the server's description of the mount can support an absence. */
const settledMs = 30_000;

/** The server, signed in to. */
export interface Service extends Requests {
  readonly host: BackendHost;
  /** Asked once. @throws BackendError */
  kvVersion(context: CallContext): Promise<1 | 2>;
  /**
   * To be called before an absence counts: each KV version answers the other's paths with nothing, so the mount must be
   * unchanged.
   * @throws BackendError `bad_answer` if it is not
   */
  requireVersion(expected: 1 | 2, context: CallContext): Promise<void>;
  /** Asks again, and fails if the identity has no permission below the mount. @throws BackendError */
  examine(context: CallContext): Promise<1 | 2>;
  /** Changes of one path wait for each other. */
  alone<T>(scope: ScopePath, context: CallContext, work: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export async function openService(config: VaultConfig, host: BackendHost): Promise<Service> {
  const wire = await openWire(config, host);
  const sessions: Sessions = createSessions(wire, config, host);
  const closing = new AbortController();
  let version: 1 | 2 | undefined;
  let settledAt = Number.NEGATIVE_INFINITY;
  const detect = shared(async () => {
    version = await detectVersion(service, false, {
      signal: AbortSignal.any([closing.signal, AbortSignal.timeout(host.deadlineMs)]),
      deadline: Date.now() + host.deadlineMs,
    });
    settledAt = host.now();
    return version;
  });
  const service: Service = {
    config,
    host,
    async send(request, context) {
      const { namespace } = config;
      const session = await sessions.current(context);
      const answer = await wire.send({ ...request, namespace, token: session.grant.token }, context);
      // The mount was upgraded since it was examined.
      if (version === 1 && answer.status === 404 && speaksOf(answer, versionedPathWarning)) version = undefined;
      if (!isRefusal(answer)) return answer;
      const next = await sessions.afterRefusal(session, context);
      return next === undefined ? answer : wire.send({ ...request, namespace, token: next.grant.token }, context);
    },
    async kvVersion(context) {
      return version ?? within(detect(), context);
    },
    async requireVersion(expected, context) {
      if (Math.abs(host.now() - settledAt) < settledMs) return;
      if ((await within(detect(), context)) !== expected)
        throw new BackendError('bad_answer', { detail: 'the mount was replaced by one of the other KV version' });
    },
    async examine(context) {
      version = await detectVersion(service, true, context);
      settledAt = host.now();
      return version;
    },
    alone: createLocks(),
    async close() {
      closing.abort(new BackendError('closed'));
      await sessions.close();
      await wire.close();
    },
  };
  return service;
}
