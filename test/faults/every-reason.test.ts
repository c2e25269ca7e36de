import { rootCertificates } from 'node:tls';
import {
  BackendError,
  isFailureCode,
  isFailureReason,
  isReasonOf,
  SecretValue,
  subjectOf,
  unknown,
  type Failure,
  type FailureReason,
} from '@kici-dev/secret-backend';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildCatalogue, compileBindings, parseBinding } from '@kici-dev/secret-federation';
import { ApiError } from '../../src/api/api-error.ts';
import { createClient } from '../../src/api/client.ts';
import { operations } from '../../src/api/registry.ts';
import { errorOf, startServer } from '../orchestrator/support/server.ts';
import { newService } from '../orchestrator/support/places.ts';
import { add, open, set } from '../orchestrator/support/jobs.ts';
import { openAnswering, openNothing, openPlain, type BrokenServer } from '../support/broken-servers.ts';
import { adapters, failureOfCheck, gcp, type Asking } from '../support/failing-adapters.ts';
import { context, hostScripted, ref } from '../support/scripted-backend.ts';

const vault = adapters['vault'] ?? gcp('rest');
const answering = async (server: Promise<BrokenServer>, scheme: string, asking?: Asking): Promise<Failure> => {
  return failureOfCheck(vault, `${scheme}://127.0.0.1:${await portOf(server)}`, asking);
};
/** A TLS record with one fatal alert. */
const alert = (description: number): Uint8Array => Uint8Array.of(0x15, 3, 3, 0, 2, 2, description);
/** Makes the look-up before the connection fail with Node.js's code. */
const saying = (code: string, asking: Asking = {}): Promise<Failure> =>
  failureOfCheck(vault, 'https://service.test', {
    ...asking,
    resolveAddress: () => Promise.reject(Object.assign(new Error('as the system says'), { code })),
  });
const through = async (proxy: Promise<BrokenServer>): Promise<Failure> =>
  failureOfCheck(vault, 'https://service.test', {
    settings: { 'proxy.address': `http://127.0.0.1:${await portOf(proxy)}` },
  });

/** What a client of the orchestrator says of a change that a proxy in front of it answers. */
const askedThrough = async (proxy: Promise<BrokenServer>): Promise<Failure> => {
  const url = `http://127.0.0.1:${await portOf(proxy)}`;
  const client = createClient({ url, token: 't', organization: 'default' });
  return failureOf(await errorOf(client.call(operations['organizations.create'], { name: 'shop' })));
};

async function portOf(opening: Promise<BrokenServer>): Promise<number> {
  const server = await opening;
  onTestFinished(() => server.stop());
  return server.port;
}

function failureOf(error: unknown): Failure {
  if (BackendError.is(error)) return error;
  if (ApiError.is(error) && error.failure !== undefined) return error.failure;
  throw new TypeError('it did not fail as a backend does');
}

/** Reads through the host from an adapter that answers this. */
async function read(reason: FailureReason): Promise<Failure> {
  const hosted = hostScripted({ read: async (refs) => refs.map(() => unknown('wrong_shape', undefined, reason)) });
  const [outcome] = await hosted.read([ref('A')], context());
  if (outcome?.status !== 'unknown') throw new TypeError('the read succeeded');
  return outcome;
}

/** What somebody may not do, for an adapter that only says that access was refused. */
async function refusedTo(does: 'list' | 'read' | 'write'): Promise<Failure> {
  const refuse = (): Promise<never> => Promise.reject(new BackendError('permission_denied'));
  const hosted = hostScripted({
    // oxlint-disable-next-line require-yield
    async *list() {
      throw new BackendError('permission_denied');
    },
    read: async (refs) => refs.map(() => unknown('permission_denied')),
    write: refuse,
  });
  if (does === 'read') {
    const [outcome] = await hosted.read([ref('A')], context());
    if (outcome?.status !== 'unknown') throw new TypeError('the read succeeded');
    return outcome;
  }
  const call =
    does === 'list'
      ? hosted.listAged({ depth: 'tree' }, context())
      : hosted.write?.({ ...ref('A'), value: SecretValue.fromText('v') }, context());
  return failureOf(await call?.catch((error: unknown) => error));
}

/** What the orchestrator says about a key, with a token that is narrowed to another scope. */
async function narrowed(): Promise<Failure> {
  const server = await startServer();
  await set(server, 'production', 'TOKEN');
  await server.call('environments.create', { name: 'e', bind: ['production'] });
  const { token } = await server.call('tokens.create', { name: 'narrow', role: 'agent', scopes: ['other/**'] });
  const { opened } = await open(server, 'e', server.as(token));
  const [{ code, reason } = {}]: readonly { readonly code?: unknown; readonly reason?: unknown }[] = opened.catalogue;
  if (typeof code !== 'string' || !isFailureCode(code) || typeof reason !== 'string' || !isFailureReason(reason))
    throw new TypeError('the key is there');
  return { code, reason };
}

/** Why a job does not start once the server has lost the package of a bound backend. */
async function withoutType(): Promise<Failure> {
  const server = await startServer();
  await add(server, 'corp', newService().address);
  await server.call('environments.create', { name: 'e' });
  await server.call('bindings.add', { environment: 'e', scope: 'corp:apps/**' });
  await server.application.stop();
  const later = await startServer({ settings: { dataDir: server.dataDir, backendPackages: [] } });
  return failureOf(await errorOf(open(later, 'e')));
}

function withoutBackend(): Failure {
  const binding = parseBinding({ id: 'b', scope: 'gone:apps' });
  if (!binding.ok) throw new TypeError(binding.reason);
  const [failure] = buildCatalogue(compileBindings([binding.value]), [], []).failures;
  if (failure === undefined) throw new TypeError('there is no such backend');
  return failure;
}

async function brokenContract(): Promise<Failure> {
  const hosted = hostScripted(
    { check: () => Promise.reject(new TypeError('of the adapter')) },
    { policy: { attempts: 1 } },
  );
  return failureOf(await hosted.check(context()).catch((error: unknown) => error));
}

/** One failure per reason of the closed list; the compiler finds missing ones. */
const produce: Readonly<Record<FailureReason, () => Failure | Promise<Failure>>> = {
  name_not_resolved: () => failureOfCheck(vault, 'https://service.test', { resolves: false }),
  connection_refused: () => answering(openNothing(), 'https'),
  connection_timed_out: () => saying('ETIMEDOUT'),
  connection_reset: () => answering(openAnswering(undefined), 'https'),
  no_route: () => saying('EHOSTUNREACH'),
  not_tls: () => answering(openPlain(), 'https'),
  tls_expected: () => answering(openAnswering(alert(70)), 'http'),
  tls_failed: () => answering(openAnswering(alert(40)), 'https'),
  certificate_untrusted_by_system: () => saying('DEPTH_ZERO_SELF_SIGNED_CERT'),
  certificate_untrusted_by_setting: () =>
    saying('SELF_SIGNED_CERT_IN_CHAIN', { secrets: { 'tls.ca': rootCertificates[0] ?? '' } }),
  certificate_for_another_name: () => saying('ERR_TLS_CERT_ALTNAME_INVALID'),
  certificate_expired: () => saying('CERT_HAS_EXPIRED'),
  certificate_not_yet_valid: () => saying('CERT_NOT_YET_VALID'),
  client_certificate_refused: () => answering(openAnswering(alert(116)), 'https'),
  proxy_unreachable: () => through(openNothing()),
  proxy_refused: () => through(openAnswering(Buffer.from('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n'))),
  gateway_failed: () =>
    askedThrough(openAnswering(Buffer.from('HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n'))),
  address_not_allowed: () => failureOfCheck(vault, 'https://service.test', { allow: ['192.0.2.1'] }),
  list_refused: () => refusedTo('list'),
  read_refused: () => refusedTo('read'),
  write_refused: () => refusedTo('write'),
  token_narrowed: narrowed,
  setting_wrong: () =>
    failureOfCheck(vault, 'https://service.test', { secrets: { 'tls.cert': 'no PEM', 'tls.key': 'none' } }),
  setting_not_allowed: () =>
    failureOfCheck(vault, 'https://service.test', { settings: { 'tls.caFile': '/etc/ssl/of-somebody.pem' } }),
  backend_missing: withoutBackend,
  type_missing: withoutType,
  contract_broken: brokenContract,
  not_a_json_object: () => read('not_a_json_object'),
  field_not_text: () => read('field_not_text'),
};

const cases = Object.entries(produce).filter((entry): entry is [FailureReason, () => Failure | Promise<Failure>] =>
  isFailureReason(entry[0]),
);

describe('every reason of the closed list comes from an adapter, the host, the orchestrator or its client', () => {
  it.each(cases)('%s', async (reason, failing) => {
    const failure = await failing();
    expect(failure.reason).toBe(reason);
    expect(isReasonOf(failure.code, reason)).toBe(true);
    expect(failure.about === undefined || subjectOf(reason) !== undefined).toBe(true);
  });
});
