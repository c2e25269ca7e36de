import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { BackendError, SecretValue, type BackendDefinition, type Failure } from '@kici-dev/secret-backend';
import { awsDefinition } from '@kici-dev/secret-backend-aws';
import { gcpDefinition } from '@kici-dev/secret-backend-gcp';
import { vaultDefinition } from '@kici-dev/secret-backend-vault';
import { createAddressGuard, defaultHostPolicy, openBackend, parseSettings } from '@kici-dev/secret-federation';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { testBackendHost } from '../support/backend-host.ts';
import { openAnswering, openNothing, openPlain, openTls, type BrokenServer } from '../support/broken-servers.ts';
import { opensslLane, selfSigned, type Certificate } from '../support/certificates.ts';
import { describeLane } from '../support/lane.ts';
import { context } from '../support/scripted-backend.ts';

interface Adapter {
  readonly definition: BackendDefinition;
  readonly settings: (address: string) => Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

const canary = 'canary-credential-70c1';
const gcp = (transport: string): Adapter => ({
  definition: gcpDefinition,
  settings: (endpoint) => ({ project: 'shop', endpoint, transport, 'auth.method': 'token' }),
  secrets: { 'auth.token': canary },
});
const adapters: Readonly<Record<string, Adapter>> = {
  vault: {
    definition: vaultDefinition,
    settings: (address) => ({ address, mount: 'secret', kvVersion: '2' }),
    secrets: { 'auth.token': canary },
  },
  aws: {
    definition: awsDefinition,
    settings: (endpoint) => ({ region: 'eu-central-1', endpoint, 'auth.accessKeyId': 'AKIATEST' }),
    secrets: { 'auth.secretAccessKey': canary },
  },
  'gcp over grpc': gcp('grpc'),
  'gcp over rest': gcp('rest'),
};

interface Asking {
  readonly settings?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  readonly allow?: readonly string[];
  readonly resolves?: boolean;
}

/** Why a check fails. Names lead to this machine, by a look-up of the test's own. */
async function failure(adapter: Adapter, address: string, asking: Asking = {}): Promise<Failure> {
  const { settings = {}, secrets = {}, allow, resolves = true } = asking;
  const parsed = parseSettings(
    adapter.definition,
    { ...adapter.settings(address), ...settings },
    Object.fromEntries(
      Object.entries({ ...adapter.secrets, ...secrets }).map(([name, text]) => [name, SecretValue.fromText(text)]),
    ),
  );
  if (!parsed.ok) throw new TypeError(parsed.problems.map(({ field, problem }) => `${field} ${problem}`).join('; '));
  const resolveAddress = createAddressGuard({
    ...(allow === undefined ? {} : { allow }),
    resolve: async () => (resolves ? [{ address: '127.0.0.1', family: 4 }] : []),
  });
  const hosted = openBackend(adapter.definition, parsed.settings, testBackendHost({ resolveAddress }), {
    ...defaultHostPolicy,
    attempts: 1,
  });
  onTestFinished(() => hosted.close());
  const error: unknown = await hosted.check(context()).catch((thrown: unknown) => thrown);
  if (!BackendError.is(error)) throw new TypeError('the check succeeded');
  expect(`${error.message} ${error.detail} ${error.stack}`).not.toContain(canary);
  const { code, reason, about } = error;
  return { code, reason, ...(about === undefined ? {} : { about }) };
}

async function running(opening: Promise<BrokenServer>): Promise<number> {
  const server = await opening;
  onTestFinished(() => server.stop());
  return server.port;
}

describe.each(Object.entries(adapters))('why %s is unreachable', (_, adapter) => {
  it('connection_refused: nothing listens', async () => {
    const port = await running(openNothing());
    expect(await failure(adapter, `https://service.test:${port}`)).toEqual({
      code: 'unreachable',
      reason: 'connection_refused',
    });
  });

  it('name_not_resolved: the name has no address', async () => {
    expect(await failure(adapter, 'https://service.test:1', { resolves: false })).toEqual({
      code: 'unreachable',
      reason: 'name_not_resolved',
    });
  });

  it('address_not_allowed: the server may not connect there', async () => {
    expect(await failure(adapter, 'https://service.test:1', { allow: ['192.0.2.1'] })).toMatchObject({
      reason: 'address_not_allowed',
    });
    expect(await failure(adapter, 'https://127.0.0.1:1', { allow: ['192.0.2.1'] })).toMatchObject({
      reason: 'address_not_allowed',
    });
  });

  it('not_tls: the port speaks plain HTTP', async () => {
    const port = await running(openPlain());
    expect(await failure(adapter, `https://service.test:${port}`)).toEqual({ code: 'unreachable', reason: 'not_tls' });
  });

  it('connection_reset: the connection is reset in the handshake', async () => {
    const port = await running(openAnswering(undefined));
    expect(await failure(adapter, `https://service.test:${port}`)).toEqual({
      code: 'unreachable',
      reason: 'connection_reset',
    });
  });
});

describe.each(Object.entries(adapters).filter(([name]) => !name.includes('grpc')))(
  'why %s is unreachable at an http address',
  (_, adapter) => {
    it.each<[string, string | Uint8Array]>([
      ['an alert of TLS', Uint8Array.of(0x15, 3, 1, 0, 2, 2, 0x46)],
      ['what servers in Go say', 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n'],
      [
        'what nginx says',
        'HTTP/1.1 400 Bad Request\r\ncontent-type: text/html\r\n\r\n<html>The plain HTTP request was sent to HTTPS port</html>',
      ],
    ])('tls_expected: the port answers with %s', async (__, answer) => {
      const port = await running(openAnswering(typeof answer === 'string' ? Buffer.from(answer) : answer));
      expect(await failure(adapter, `http://127.0.0.1:${port}`)).toEqual({
        code: 'unreachable',
        reason: 'tls_expected',
      });
    });
  },
);

describeLane(opensslLane, () =>
  describe.each(Object.entries(adapters))('why %s does not trust a server', (name, adapter) => {
    const usual = getCACertificates('default');
    let good: Certificate;
    let other: Certificate;
    let expired: Certificate;
    beforeAll(() => {
      good = selfSigned('service.test');
      other = selfSigned('other.test');
      expired = selfSigned('service.test', -1);
    });
    afterAll(() => setDefaultCACertificates(usual));

    async function ask(certificate: Certificate, trusted: readonly Certificate[], asking?: Asking): Promise<Failure> {
      setDefaultCACertificates([...usual, ...trusted.map(({ cert }) => cert)]);
      const port = await running(openTls(certificate));
      return failure(adapter, `https://service.test:${port}`, asking);
    }

    it('certificate_untrusted_by_system: it signs itself', async () => {
      expect(await ask(good, [])).toEqual({ code: 'unreachable', reason: 'certificate_untrusted_by_system' });
    });

    it('certificate_for_another_name: it is trusted, and of another', async () => {
      expect(await ask(other, [other])).toEqual({ code: 'unreachable', reason: 'certificate_for_another_name' });
    });

    it('certificate_expired: it is trusted, and too old', async () => {
      expect(await ask(expired, [expired])).toEqual({ code: 'unreachable', reason: 'certificate_expired' });
    });

    if (name !== 'vault') return;
    it('certificate_untrusted_by_setting: tls.ca names another authority', async () => {
      expect(await ask(good, [good], { secrets: { 'tls.ca': other.cert } })).toEqual({
        code: 'unreachable',
        reason: 'certificate_untrusted_by_setting',
        about: 'tls.ca',
      });
    });
  }),
);

describe('why vault is unreachable through its proxy', () => {
  const vault = adapters['vault'] ?? gcp('rest');
  const through = (port: number): Asking => ({ settings: { 'proxy.address': `http://127.0.0.1:${port}` } });

  it('proxy_unreachable: nothing listens there', async () => {
    const port = await running(openNothing());
    expect(await failure(vault, 'https://service.test', through(port))).toEqual({
      code: 'unreachable',
      reason: 'proxy_unreachable',
    });
  });

  it('proxy_refused: it answers, and opens no way', async () => {
    const port = await running(openAnswering(Buffer.from('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')));
    expect(await failure(vault, 'https://service.test', through(port))).toEqual({
      code: 'unreachable',
      reason: 'proxy_refused',
    });
  });
});
