import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFakeJobs } from './support/fake-jobs.ts';
import { fixture, makeProject } from './support/project.ts';
import { standIns } from './support/stand-ins.ts';

const values = {
  DEPLOY_TOKEN: 'tok-2f9a1c77',
  MY_API_KEY: 'key-88b1d2',
  AGE_KEY_ALICE: 'AGE-SECRET-KEY-1ALICE',
  AGE_KEY_BOB: 'AGE-SECRET-KEY-1BOB',
  SLACK_WEBHOOK: 'https://hooks.example/T0/B0/xyz123',
};

async function run(name: string, secrets: Readonly<Record<string, string>> = values) {
  const api = await startFakeJobs({ values: secrets });
  onTestFinished(() => api.close());
  const project = await makeProject({ [name]: await fixture(name), ...standIns }, { KICI_URL: api.url });
  const outcome = await project.run('run');
  for (const value of Object.values(secrets)) expect(outcome.stdout + outcome.stderr).not.toContain(value);
  expect(outcome.left).toEqual([]);
  return { ...outcome, project };
}

describe('the documented workflows run as they are printed', () => {
  it('a token on a command line', async () => {
    const { code, stdout } = await run('deploy.ts');
    expect(code).toBe(0);
    expect(stdout).toContain('stand-in deploy: --token *** of 12 characters');
  });

  it('each single step', async () => {
    const { code, stdout, stderr } = await run('steps.ts');
    expect(code).toBe(0);
    expect(stdout).toContain('stand-in some-tool: --use-env-auth, key *** of 10 characters');
    expect(stdout).toContain('stand-in curl: -X POST *** -d {"text": "Deploy complete"}');
    expect(stdout).toContain('Found 2 age keys');
    expect(stderr.match(/stand-in sops: 1 line end, 41 bytes: \*\*\*\n/g)).toHaveLength(2);
  });

  it('the step whose secret is not there', async () => {
    const { SLACK_WEBHOOK: _, ...rest } = values;
    const { code, stdout } = await run('steps.ts', rest);
    expect(code).toBe(0);
    expect(stdout).toContain('Slack webhook not configured, skipping notification');
  });

  it('a decrypted file', async () => {
    const { code, project } = await run('sops-file.ts');
    expect(code).toBe(0);
    expect(await readFile(join(project.folder, 'config.yaml'), 'utf8')).toBe('decrypted: yes\n');
  });

  it("decrypted values in the environment of later steps, where a secret's name wins", async () => {
    const { code, stdout, stderr } = await run('sops-env.ts');
    expect(code).toBe(0);
    expect(stdout).toContain('stand-in deploy.sh: DB_URL=postgres://db DEPLOY_TOKEN=unset SOPS_AGE_KEY_FILE=unset');
    expect(stderr).toContain('DEPLOY_TOKEN was not exported');
  });
});
