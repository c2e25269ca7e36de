import { spawnSync } from 'node:child_process';
import { missingVariable, type Lane } from '@kici-dev/secret-backend-conformance/testing';

export const realSops = process.env['KICI_TEST_SOPS'] ?? '';

/** The real program, and real keys. */
export const sopsLane: Lane = {
  name: 'sops',
  missing:
    missingVariable('KICI_TEST_SOPS', 'the program sops') ??
    (spawnSync('age-keygen', ['--version']).status === 0 ? undefined : 'the program age-keygen is not installed'),
};
