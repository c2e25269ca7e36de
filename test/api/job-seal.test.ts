import { SecretValue } from '@kici-dev/secret-backend';
import { describe, expect, it } from 'vitest';
import { createSessionKeyPair, deriveSessionKey, openForJob, sealForJob } from '../../src/api/job-seal.ts';

function agreement(job = 'job-1') {
  const agent = createSessionKeyPair();
  const orchestrator = createSessionKeyPair();
  return {
    agent: deriveSessionKey(agent.privateKey, orchestrator.publicKey, job),
    orchestrator: deriveSessionKey(orchestrator.privateKey, agent.publicKey, job),
  };
}

describe('values between orchestrator and agent', () => {
  const value = SecretValue.fromBytes(Uint8Array.of(0, 255, 10, 128));

  it('come out as they went in', () => {
    const keys = agreement();
    const sealed = sealForJob(keys.orchestrator, 'job-1', [['TOKEN', value]]);
    expect(openForJob(keys.agent, 'job-1', ['TOKEN'], sealed).map((one) => one.equals(value))).toEqual([true]);
  });

  it('travel together, empty ones too, and open only for their keys in their order', () => {
    const keys = agreement();
    const texts = ['one', '', 'three'];
    const names = ['A', 'B', 'C'];
    const sealed = sealForJob(
      keys.orchestrator,
      'job-1',
      texts.map((text, index) => [names[index] ?? '', SecretValue.fromText(text)]),
    );
    expect(openForJob(keys.agent, 'job-1', names, sealed).map((one) => one.text())).toEqual(texts);
    for (const others of [['B', 'A', 'C'], ['A', 'B'], ['A', 'B', 'C', 'D'], []])
      expect(() => openForJob(keys.agent, 'job-1', others, sealed)).toThrow();
  });

  it('are never sealed the same way twice', () => {
    const { orchestrator } = agreement();
    expect(sealForJob(orchestrator, 'j', [['K', value]])).not.toEqual(sealForJob(orchestrator, 'j', [['K', value]]));
  });

  it.each([
    ['another job', 'job-2', 'TOKEN'],
    ['another key', 'job-1', 'OTHER'],
  ])('do not open for %s', (_, job, key) => {
    const keys = agreement();
    const sealed = sealForJob(keys.orchestrator, 'job-1', [['TOKEN', value]]);
    expect(() => openForJob(keys.agent, job, [key], sealed)).toThrow();
  });

  it('do not open when any byte was changed', () => {
    const keys = agreement();
    const sealed = sealForJob(keys.orchestrator, 'job-1', [['TOKEN', value]]);
    for (let index = 0; index < sealed.byteLength; index += 1) {
      const changed = Uint8Array.from(sealed);
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(() => openForJob(keys.agent, 'job-1', ['TOKEN'], changed)).toThrow();
    }
  });

  it('do not open under the key of another agreement, or of the same agreement for another job', () => {
    const sealed = sealForJob(agreement().orchestrator, 'job-1', [['TOKEN', value]]);
    expect(() => openForJob(agreement().agent, 'job-1', ['TOKEN'], sealed)).toThrow();
    const agent = createSessionKeyPair();
    const orchestrator = createSessionKeyPair();
    const first = deriveSessionKey(orchestrator.privateKey, agent.publicKey, 'job-1');
    const second = deriveSessionKey(agent.privateKey, orchestrator.publicKey, 'job-2');
    expect(() => openForJob(second, 'job-1', ['TOKEN'], sealForJob(first, 'job-1', [['TOKEN', value]]))).toThrow();
  });

  it('refuse a public key that is not a key', () => {
    const { privateKey } = createSessionKeyPair();
    expect(() => deriveSessionKey(privateKey, new Uint8Array(31), 'j')).toThrow(RangeError);
    expect(() => deriveSessionKey(privateKey, new Uint8Array(32), 'j')).toThrow();
  });
});
