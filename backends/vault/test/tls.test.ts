import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import type { SettingName } from '../settings.ts';
import { vaultDefinition } from '../index.ts';
import { createAuthority, opensslLane, type Authority, type Certificate } from './support/certificates.ts';
import { openGateway } from './support/gateway.ts';
import { context, createHost, settingsOf } from './support/host.ts';
import { ref } from './support/open.ts';
import { openProxy } from './support/proxy.ts';
import { administer, fakeServer } from './support/server.ts';

describeLane({ describe, test: it }, opensslLane, () =>
  describe('TLS', () => {
    let authority: Authority;
    let certificate: Certificate;
    let client: Certificate;
    beforeAll(() => {
      authority = createAuthority();
      certificate = authority.issue('vault.test');
      client = authority.issue('kici');
    });

    async function read(
      settings: Partial<Record<SettingName, string>>,
      { hostname = 'vault.test', asksForClient = false } = {},
    ): Promise<string> {
      const server = fakeServer();
      const gateway = await openGateway(server.upstream, {
        ...certificate,
        ...(asksForClient && { ca: authority.cert, requestCert: true, rejectUnauthorized: true }),
      });
      onTestFinished(() => gateway.close());
      await administer(server, 'POST', 'secret/data/app', { data: { TOKEN: 'value' } });
      const address = gateway.address.replace('127.0.0.1', hostname);
      const backend = await vaultDefinition.create(
        settingsOf({ address, 'auth.token': server.rootToken, ...settings }),
        createHost({ names: ['vault.test', 'other.test'] }),
      );
      onTestFinished(() => backend.close());
      const [outcome] = await backend.read([ref('app', 'TOKEN')], context());
      if (outcome?.status === 'found') return outcome.value.text() ?? '';
      return outcome?.status === 'unknown' ? `${outcome.code}: ${outcome.detail}` : 'absent';
    }

    it('trusts the given authority, by the name of the address though the connection goes to a number', async () => {
      expect(await read({ 'tls.ca': authority.cert })).toBe('value');
      expect(await read({ 'tls.ca': authority.cert }, { hostname: '127.0.0.1' })).toBe('value');
    });

    it('trusts nobody else, whatever VAULT_SKIP_VERIFY and NODE_TLS_REJECT_UNAUTHORIZED say', async () => {
      vi.stubEnv('VAULT_SKIP_VERIFY', '1');
      vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
      onTestFinished(() => {
        vi.unstubAllEnvs();
      });
      expect(await read({})).toMatch(/^unreachable: .*not issued by an authority that this machine trusts/);
    });

    it('insists on the name, which can be given', async () => {
      expect(await read({ 'tls.ca': authority.cert }, { hostname: 'other.test' })).toMatch(
        /^unreachable: .*for another name/,
      );
      expect(await read({ 'tls.ca': authority.cert, 'tls.serverName': 'vault.test' }, { hostname: 'other.test' })).toBe(
        'value',
      );
    });

    it('shows a client certificate where the server asks for one', async () => {
      expect(await read({ 'tls.ca': authority.cert }, { asksForClient: true })).toMatch(/^unreachable/);
      expect(
        await read(
          { 'tls.ca': authority.cert, 'tls.cert': client.cert, 'tls.key': client.key },
          { asksForClient: true },
        ),
      ).toBe('value');
    });

    it('goes through a proxy from end to end', async () => {
      const proxy = await openProxy();
      expect(await read({ 'tls.ca': authority.cert, 'proxy.address': proxy.address })).toBe('value');
      expect(proxy.tunnels[0]?.authority).toMatch(/^vault\.test:/);
    });

    it('with PEM that is none is misconfigured, and the message does not show it', async () => {
      const outcome = await read({ 'tls.ca': authority.cert, 'tls.cert': 'canary-cert', 'tls.key': 'canary-key' });
      expect(outcome).toMatch(/^misconfigured: /);
      expect(outcome).not.toContain('canary');
    });
  }),
);
