import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import type { Failure } from '@kici-dev/secret-backend';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { openAnswering, openNothing, openPlain, openTls, type BrokenServer } from '../support/broken-servers.ts';
import { opensslLane, selfSigned, type Certificate } from '../support/certificates.ts';
import { adapters, failureOfCheck, gcp, type Asking } from '../support/failing-adapters.ts';
import { describeLane } from '../support/lane.ts';

async function running(opening: Promise<BrokenServer>): Promise<number> {
  const server = await opening;
  onTestFinished(() => server.stop());
  return server.port;
}

describe.each(Object.entries(adapters))('why %s is unreachable', (_, adapter) => {
  it('connection_refused: nothing listens', async () => {
    const port = await running(openNothing());
    expect(await failureOfCheck(adapter, `https://service.test:${port}`)).toEqual({
      code: 'unreachable',
      reason: 'connection_refused',
    });
  });

  it('name_not_resolved: the name does not resolve', async () => {
    expect(await failureOfCheck(adapter, 'https://service.test:1', { resolves: false })).toEqual({
      code: 'unreachable',
      reason: 'name_not_resolved',
    });
  });

  it('address_not_allowed: the server may not connect there', async () => {
    expect(await failureOfCheck(adapter, 'https://service.test:1', { allow: ['192.0.2.1'] })).toMatchObject({
      reason: 'address_not_allowed',
    });
    expect(await failureOfCheck(adapter, 'https://127.0.0.1:1', { allow: ['192.0.2.1'] })).toMatchObject({
      reason: 'address_not_allowed',
    });
  });

  it('not_tls: the port speaks plain HTTP', async () => {
    const port = await running(openPlain());
    expect(await failureOfCheck(adapter, `https://service.test:${port}`)).toEqual({
      code: 'unreachable',
      reason: 'not_tls',
    });
  });

  it('connection_reset: the connection is reset in the handshake', async () => {
    const port = await running(openAnswering(undefined));
    expect(await failureOfCheck(adapter, `https://service.test:${port}`)).toEqual({
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
      expect(await failureOfCheck(adapter, `http://127.0.0.1:${port}`)).toEqual({
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
      return failureOfCheck(adapter, `https://service.test:${port}`, asking);
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
    expect(await failureOfCheck(vault, 'https://service.test', through(port))).toEqual({
      code: 'unreachable',
      reason: 'proxy_unreachable',
    });
  });

  it('proxy_refused: it answers, and opens no way', async () => {
    const port = await running(openAnswering(Buffer.from('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')));
    expect(await failureOfCheck(vault, 'https://service.test', through(port))).toEqual({
      code: 'unreachable',
      reason: 'proxy_refused',
    });
  });
});
