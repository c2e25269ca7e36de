import { join } from 'node:path';
import { ContainerModule } from 'inversify';
import type { Logger } from 'pino';
import { createAudit } from '../../orchestrator/audit/audit.ts';
import { errorTrail } from '@kici-dev/secret-backend';
import { createEnvironments } from '../../orchestrator/environments/environments.ts';
import { createChangeFeed } from '../../orchestrator/events/feed.ts';
import { createEventStreams } from '../../orchestrator/events/streams.ts';
import type { Handlers } from '../../orchestrator/handlers.ts';
import { createReadiness } from '../../orchestrator/health/readiness.ts';
import { probeWriting } from '../../orchestrator/health/write-probe.ts';
import { createAuthenticator } from '../../orchestrator/http/authenticate.ts';
import { createRequestsInFlight } from '../../orchestrator/http/requests-in-flight.ts';
import { httpLimits } from '../../orchestrator/http/limits.ts';
import { readPage, type PageFile } from '../../orchestrator/http/page-files.ts';
import { createServer } from '../../orchestrator/http/server.ts';
import { createSessionCookies } from '../../orchestrator/http/session-cookie.ts';
import { createJobs } from '../../orchestrator/jobs/jobs.ts';
import { createPolicyGate } from '../../orchestrator/policy/gate.ts';
import { createPolicy } from '../../orchestrator/policy/policy.ts';
import { createPolicyStore } from '../../orchestrator/policy/store.ts';
import { createResolution } from '../../orchestrator/resolution/resolution.ts';
import { createScopeRenamer } from '../../orchestrator/secrets/rename-scope.ts';
import { createScopes } from '../../orchestrator/secrets/scopes.ts';
import { createSecretHandlers } from '../../orchestrator/secrets/secrets.ts';
import { createSessions } from '../../orchestrator/sessions/sessions.ts';
import { createBackendHandlers } from '../../orchestrator/backends/handlers.ts';
import { createValueEntry } from '../../orchestrator/values/entry.ts';
import { identifiers } from '../identifiers.ts';
import { version } from '../version.ts';

const pageFolder = join(import.meta.dirname, '../../dashboard/dist');

function builtPage(log: Logger): ReadonlyMap<string, PageFile> | undefined {
  const page = readPage(pageFolder);
  if (page === undefined)
    log.warn('the dashboard is not served: it was not built; in a checkout `npm run prepare` builds it');
  return page;
}

/** The handlers of every area, and the server over them. */
export const httpModule: ContainerModule = new ContainerModule(({ bind }) => {
  bind(identifiers.authenticator).toResolvedValue(createAuthenticator, [
    identifiers.database,
    identifiers.seals,
    identifiers.now,
    identifiers.tokenCallers,
    identifiers.signIns,
  ]);
  bind(identifiers.policy).toResolvedValue(createPolicyStore, [identifiers.database, identifiers.seals]);
  bind(identifiers.events).toResolvedValue(
    (database, instances) => createEventStreams((organization) => createChangeFeed(database, instances, organization)),
    [identifiers.database, identifiers.instances],
  );
  bind(identifiers.values).toResolvedValue(createValueEntry, [identifiers.keyring, identifiers.policy]);
  bind(identifiers.gate).toResolvedValue(createPolicyGate, [identifiers.policy, identifiers.auditLog]);
  bind(identifiers.cookies).toResolvedValue(
    ({ publicUrls = [] }) => createSessionCookies({ publicUrls }),
    [identifiers.settings],
  );
  bind(identifiers.requests).toResolvedValue(createRequestsInFlight, []);
  bind(identifiers.handlers).toResolvedValue(
    (
      database,
      seals,
      now,
      organizations,
      accessTokens,
      environmentStore,
      bindings,
      variables,
      backendStore,
      backendTypes,
      instances,
      backends,
      renameInternalScope,
      resolver,
      jobStore,
      signIns,
      codes,
      policy,
      values,
      audit,
      signer,
      anchor,
    ): Handlers => ({
      ...organizations.handlers,
      ...accessTokens.handlers,
      ...createSessions(database, seals, signIns, codes),
      ...createPolicy(policy, audit, (organization) => values.sealingKey(organization), now),
      ...createEnvironments(database, seals, environmentStore, bindings, now),
      ...bindings.handlers,
      ...variables.handlers,
      ...createBackendHandlers({
        store: backendStore,
        types: backendTypes,
        instances,
        environments: environmentStore,
        values,
        now,
      }),
      ...createSecretHandlers(backends, values, now),
      ...createScopes(backends, createScopeRenamer(environmentStore, seals, renameInternalScope)),
      ...createResolution(resolver, environmentStore, variables, now),
      ...createReadValues(resolver, policy),
      ...createJobs(database, resolver, instances, variables, jobStore, now),
      ...createAudit(database, signer, anchor),
    }),
    [
      identifiers.database,
      identifiers.seals,
      identifiers.now,
      identifiers.organizations,
      identifiers.accessTokens,
      identifiers.environmentStore,
      identifiers.bindings,
      identifiers.variables,
      identifiers.backendStore,
      identifiers.backendTypes,
      identifiers.instances,
      identifiers.openBackends,
      identifiers.renameInternalScope,
      identifiers.environmentResolver,
      identifiers.jobStore,
      identifiers.signIns,
      identifiers.signInCodes,
      identifiers.policy,
      identifiers.values,
      identifiers.auditLog,
      identifiers.auditSigner,
      identifiers.auditAnchor,
    ],
  );
  bind(identifiers.server).toResolvedValue(
    (
      settings,
      log,
      database,
      now,
      handlers,
      authenticator,
      cookies,
      gate,
      events,
      policy,
      values,
      access,
      signIns,
      codes,
      audit,
      requests,
    ) =>
      createServer({
        handlers,
        authenticator,
        cookies,
        gate,
        events,
        policy,
        values,
        tokens: access,
        signIns,
        codes,
        now,
        audit,
        requests,
        log,
        version,
        requestTimeoutMs: settings.requestTimeoutMs,
        addressing: { host: settings.host, publicUrls: settings.publicUrls ?? [] },
        dashboard: settings.dashboard ? { page: builtPage(log) } : undefined,
        limits: { ...httpLimits(), ...settings.httpLimits },
        ready: createReadiness(
          async () => {
            await database.selectFrom('organizations').select('name').limit(1).execute();
            await probeWriting(database, settings.dataDir, now());
          },
          (error) => {
            log.error({ error: errorTrail(error) }, 'not ready: a write would fail');
          },
        ),
      }),
    [
      identifiers.settings,
      identifiers.log,
      identifiers.database,
      identifiers.now,
      identifiers.handlers,
      identifiers.authenticator,
      identifiers.cookies,
      identifiers.gate,
      identifiers.events,
      identifiers.policy,
      identifiers.values,
      identifiers.tokenCallers,
      identifiers.signIns,
      identifiers.signInCodes,
      identifiers.auditLog,
      identifiers.requests,
    ],
  );
});
