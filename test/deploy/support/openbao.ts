import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import type { Installation } from './installation.ts';

/** Starts OpenBao beside the orchestrators, and reads a value of its in a job. */
export async function readFromOpenBao(installation: Installation, restarts = false): Promise<void> {
  const { compose, admin } = installation;
  await compose('--profile', 'openbao', 'up', '--detach', '--wait', 'openbao');
  const token = await initialize(installation);
  const write = `BAO_TOKEN=${token} bao secrets enable -path=secret kv-v2 && BAO_TOKEN=${token} bao kv put secret/shop K=from-openbao`;
  await compose('exec', '--no-TTY', 'openbao', '/bin/sh', '-c', write);
  if (restarts) await compose('restart', 'openbao');
  const settings = ['--type', 'vault', '--set', 'address=http://openbao:8200', '--secret', 'auth.token'];
  await admin(['backend', 'add', 'bao', ...settings], token);
  await admin(['environment', 'create', 'beside', '--bind', 'bao:shop']);
  expect(await lengthOfValue(installation)).toEqual([0, '12\n', expect.any(String)]);
}

/** Its own election takes some seconds. @returns the root's token */
async function initialize({ compose }: Installation): Promise<string> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- until it listens
    const made = await compose('exec', '--no-TTY', 'openbao', '/bin/bao', 'operator', 'init', '-format=json').catch(
      () => undefined,
    );
    if (made !== undefined) return String(JSON.parse(made).root_token);
    // oxlint-disable-next-line no-await-in-loop -- until it listens
    await setTimeout(500);
  }
}

/** @returns code, output and errors of a program that has the value */
async function lengthOfValue({ program }: Installation): Promise<readonly unknown[]> {
  const print = ['--', process.execPath, '-p', 'process.env.K.length'];
  for (let tries = 1; ; tries += 1) {
    // oxlint-disable-next-line no-await-in-loop -- it may have started again
    const { code, stdout, stderr } = await program('kici', [
      'exec',
      '--environment',
      'beside',
      '--only',
      'K',
      ...print,
    ]);
    if (code === 0 || tries === 60) return [code, stdout, stderr];
  }
}
