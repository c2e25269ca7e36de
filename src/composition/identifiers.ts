import type { BackendDefinition, BackendHost } from '@kici-dev/secret-backend';
import type { createStore } from '@kici-dev/secret-backend-internal';
import type { ServiceIdentifier } from 'inversify';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import type { Keyring } from '../keyring/keyring.ts';
import type { AuditAnchor } from '../orchestrator/audit/anchor.ts';
import type { AuditLog } from '../orchestrator/audit/audit-log.ts';
import type { Checkpoints } from '../orchestrator/audit/checkpoints/checkpoints.ts';
import type { AuditSigner } from '../orchestrator/audit/services.ts';
import type { HostFor, Instances } from '../orchestrator/backends/instances.ts';
import type { OpenBackends } from '../orchestrator/backends/open-backends.ts';
import type { BackendStore } from '../orchestrator/backends/store.ts';
import type { BackendPackage, BackendTypes } from '../orchestrator/backends/types.ts';
import type { Bindings } from '../orchestrator/environments/bindings.ts';
import type { EnvironmentStore } from '../orchestrator/environments/store.ts';
import type { EventStreams } from '../orchestrator/events/streams.ts';
import type { Handlers } from '../orchestrator/handlers.ts';
import type { Readiness } from '../orchestrator/health/readiness.ts';
import type { Authenticator } from '../orchestrator/http/authenticate.ts';
import type { Certificate } from '../orchestrator/http/certificate.ts';
import type { SessionCookies } from '../orchestrator/http/session-cookie.ts';
import type { RequestsInFlight } from '../orchestrator/http/requests-in-flight.ts';
import type { HttpServer } from '../orchestrator/http/server.ts';
import type { JobStore } from '../orchestrator/jobs/job-store.ts';
import type { Organizations } from '../orchestrator/organizations/organizations.ts';
import type { PolicyGate } from '../orchestrator/policy/gate.ts';
import type { PolicyStore } from '../orchestrator/policy/store.ts';
import type { EnvironmentResolver } from '../orchestrator/resolution/resolve.ts';
import type { Seals } from '../orchestrator/seals/seals.ts';
import type { SignInCodes } from '../orchestrator/sessions/sign-in-codes.ts';
import type { SignIns } from '../orchestrator/sessions/sign-ins.ts';
import type { TokenCallers } from '../orchestrator/tokens/token-caller.ts';
import type { AccessTokens } from '../orchestrator/tokens/tokens.ts';
import type { WriteInternalSecrets } from '../orchestrator/secrets/import.ts';
import type { RenameInternalScope } from '../orchestrator/secrets/rename-scope.ts';
import type { ValueEntry } from '../orchestrator/values/entry.ts';
import type { Variables } from '../orchestrator/variables/variables.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { AllTables } from './all-tables.ts';
import type { AreaHandlers } from './merge-handlers.ts';
import type { ServerSettings } from './settings.ts';

/** The internal store of an organization. */
export type InternalStoreOf = (organization: string) => ReturnType<typeof createStore>;

function token<T>(name: string): ServiceIdentifier<T> {
  return Symbol.for(`@kici-dev/kici/${name}`);
}

/** Everything that can be resolved. */
export const identifiers = {
  settings: token<ServerSettings>('settings'),
  log: token<Logger>('log'),
  resolveAddress: token<BackendHost['resolveAddress']>('resolveAddress'),
  now: token<() => number>('now'),
  telemetry: token<Telemetry>('telemetry'),
  certificate: token<{ readonly used: Certificate | undefined }>('certificate'),
  database: token<Kysely<AllTables>>('database'),
  keyring: token<Keyring>('keyring'),

  seals: token<Seals>('seals'),
  organizations: token<Organizations>('organizations'),
  accessTokens: token<AccessTokens>('tokens'),
  tokenCallers: token<TokenCallers>('tokenCallers'),
  signIns: token<SignIns>('signIns'),
  signInCodes: token<SignInCodes>('signInCodes'),
  environmentStore: token<EnvironmentStore>('environmentStore'),
  bindings: token<Bindings>('bindings'),
  variables: token<Variables>('variables'),

  internalDefinition: token<BackendDefinition>('internalDefinition'),
  internalStoreOf: token<InternalStoreOf>('internalStoreOf'),
  renameInternalScope: token<RenameInternalScope>('renameInternalScope'),
  writeInternalSecrets: token<WriteInternalSecrets>('writeInternalSecrets'),
  backendPackage: token<BackendPackage>('backendPackage'),
  backendTypes: token<BackendTypes>('backendTypes'),
  backendStore: token<BackendStore>('backendStore'),
  hostFor: token<HostFor>('hostFor'),
  instances: token<Instances>('instances'),
  openBackends: token<OpenBackends>('backends'),

  environmentResolver: token<EnvironmentResolver>('environmentResolver'),
  jobStore: token<JobStore>('jobStore'),

  auditAnchor: token<AuditAnchor>('auditAnchor'),
  auditSigner: token<AuditSigner>('auditSigner'),
  checkpoints: token<Checkpoints>('checkpoints'),
  auditLog: token<AuditLog>('auditLog'),

  requests: token<RequestsInFlight>('requests'),
  policy: token<PolicyStore>('policy'),
  events: token<EventStreams>('events'),
  values: token<ValueEntry>('values'),
  gate: token<PolicyGate>('gate'),
  cookies: token<SessionCookies>('cookies'),
  authenticator: token<Authenticator>('authenticator'),
  areaHandlers: token<AreaHandlers>('areaHandlers'),
  handlers: token<Handlers>('handlers'),
  readiness: token<Readiness>('readiness'),
  server: token<HttpServer>('server'),
} as const;
