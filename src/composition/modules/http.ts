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
import { createSecrets } from '../../orchestrator/secrets/secrets.ts';
import { createSessions } from '../../orchestrator/sessions/sessions.ts';
import { createBackendHandlers } from '../../orchestrator/backends/handlers.ts';
import { createValueEntry } from '../../orchestrator/values/entry.ts';
import { tokens } from '../tokens.ts';
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
  bind(tokens.authenticator).toResolvedValue(createAuthenticator, [
    tokens.database,
    tokens.seals,
    tokens.now,
    tokens.tokenCallers,
    tokens.signIns,
  ]);
  bind(tokens.policy).toResolvedValue(createPolicyStore, [tokens.database, tokens.seals]);
  bind(tokens.events).toResolvedValue(
    (database, instances) => createEventStreams((organization) => createChangeFeed(database, instances, organization)),
    [tokens.database, tokens.instances],
  );
  bind(tokens.values).toResolvedValue(createValueEntry, [tokens.keyring, tokens.policy]);
  bind(tokens.gate).toResolvedValue(createPolicyGate, [tokens.policy, tokens.auditLog]);
  bind(tokens.cookies).toResolvedValue(
    ({ publicUrls = [] }) => createSessionCookies({ publicUrls }),
    [tokens.settings],
  );
  bind(tokens.requests).toResolvedValue(createRequestsInFlight, []);
  bind(tokens.handlers).toResolvedValue(
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
      ...createSecrets(backends, values, now),
      ...createScopes(backends, createScopeRenamer(environmentStore, seals, renameInternalScope)),
      ...createResolution(resolver, environmentStore, variables, now),
      ...createJobs(database, resolver, instances, variables, jobStore, now),
      ...createAudit(database, signer, anchor),
    }),
    [
      tokens.database,
      tokens.seals,
      tokens.now,
      tokens.organizations,
      tokens.tokens,
      tokens.environmentStore,
      tokens.bindings,
      tokens.variables,
      tokens.backendStore,
      tokens.backendTypes,
      tokens.instances,
      tokens.backends,
      tokens.renameInternalScope,
      tokens.environmentResolver,
      tokens.jobStore,
      tokens.signIns,
      tokens.signInCodes,
      tokens.policy,
      tokens.values,
      tokens.auditLog,
      tokens.auditSigner,
      tokens.auditAnchor,
    ],
  );
  bind(tokens.server).toResolvedValue(
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
      tokens.settings,
      tokens.log,
      tokens.database,
      tokens.now,
      tokens.handlers,
      tokens.authenticator,
      tokens.cookies,
      tokens.gate,
      tokens.events,
      tokens.policy,
      tokens.values,
      tokens.tokenCallers,
      tokens.signIns,
      tokens.signInCodes,
      tokens.auditLog,
      tokens.requests,
    ],
  );
});
