import { BackendError, failureCodes, isFailureCode, SecretValue } from '@kici-dev/secret-backend';
import type { HostedBackend } from '@kici-dev/secret-federation';
import { describe, expect, it } from 'vitest';
import { context, hostScripted, ref } from '../../support/scripted-backend.ts';

const codes = Object.keys(failureCodes).filter(isFailureCode);
const ofTheBackend = [
  'unauthenticated',
  'throttled',
  'timeout',
  'unreachable',
  'server_error',
  'sealed',
  'stale_replica',
  'bad_answer',
  'decryption_failed',
  'overloaded',
  'circuit_open',
  'misconfigured',
  'closed',
];
const once = { policy: { attempts: 1 } };
const write = (hosted: HostedBackend) => hosted.write?.({ ...ref('A'), value: SecretValue.fromText('x') }, context());

describe('what a backend is said to fail with', () => {
  it.each(codes)('after a change, or a look at one secret, that ended with %s', async (code) => {
    const refuse = (): Promise<never> => Promise.reject(new BackendError(code));
    const hosts = [hostScripted({ write: refuse }, once), hostScripted({ versions: refuse }, once)] as const;
    await expect(write(hosts[0])).rejects.toMatchObject({ code });
    await expect(hosts[1].versions?.(ref('A'), context())).rejects.toMatchObject({ code });
    for (const { failure, lastFailure } of hosts.map((hosted) => hosted.health())) {
      expect(failure).toBe(ofTheBackend.includes(code) ? code : undefined);
      expect(lastFailure?.code).toBe(failure);
    }
  });

  it('stays as it was after what concerns one secret only', async () => {
    const said = ['server_error', 'conflict'] as const;
    const answers = said.values();
    const hosted = hostScripted({ write: () => Promise.reject(new BackendError(answers.next().value ?? 'closed')) });
    for (const code of said) await expect(write(hosted)).rejects.toMatchObject({ code });
    expect(hosted.health().failure).toBe('server_error');
  });

  it.each(['not_found', 'conflict', 'permission_denied'] as const)('is %s if its check says so', async (code) => {
    const hosted = hostScripted({ check: () => Promise.reject(new BackendError(code)) });
    await expect(hosted.check(context())).rejects.toMatchObject({ code });
    expect(hosted.health().failure).toBe(code);
  });
});
