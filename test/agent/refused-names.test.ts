import { describe, expect, it } from 'vitest';
import { parseEnvFile } from '../../src/agent/environment/env-file.ts';
import { JobEnvironment } from '../../src/agent/environment/job-environment.ts';
import { ProcessEnvironment } from '../../src/agent/step-host/process-environment.ts';
import { runWith, withSteps, workflowOf } from './support/project.ts';

const names = ['NODE_OPTIONS', 'Npm_Config_script_shell', 'GIT_SSH_COMMAND', 'SSL_CERT_FILE', 'MAKEFLAGS', 'PAGER'];

describe('a name that changes how programs load code', () => {
  it.each(names)('%s is refused in $KICI_ENV, by setEnv, expose and exposeFile, and left out of variables', (name) => {
    expect(() => parseEnvFile(Buffer.from(`${name}=x`))).toThrow(`${name} changes how programs load code`);
    expect(() => parseEnvFile(Buffer.from(`${name}<<E\nx\nE`))).toThrow(`${name} changes how programs load code`);
    // The check that the context's methods use.
    expect(() => {
      new ProcessEnvironment('/tmp').requireName(name);
    }).toThrow(`${name} changes how programs load code`);
    const environment = new JobEnvironment({
      variables: [{ name, value: 'x', locked: true }],
      jobEnv: { [name]: 'x', A: '1' },
      secrets: [],
      path: '/bin',
    });
    expect(environment.variables()).toEqual({ A: '1' });
    expect(environment.ignored).toHaveLength(2);
  });

  it('is refused by every method of the context that sets one', async () => {
    const { stdout, stderr } = await runWith(
      { values: { npm_config_shell: 'value' } },
      workflowOf(`const calls = {
        setEnv: () => ctx.setEnv('LD_PRELOAD', 'x'),
        expose: () => ctx.secrets.expose('npm_config_shell'),
        exposeFile: () => ctx.secrets.exposeFile('GIT_SSH_COMMAND', { sources: ['npm_config_shell'] }),
      };
      for (const [name, call] of Object.entries(calls)) try { await call(); console.log('SET', name); } catch (error) { console.log('REFUSED', name, error.code); }
      await ctx.$\`echo PAGER=x >> "$KICI_ENV"\`;`),
    );
    expect(stdout).not.toContain('SET');
    expect(stdout.match(/REFUSED .*/g)).toEqual(
      ['setEnv', 'expose', 'exposeFile'].map((name) => `REFUSED ${name} refused_variable`),
    );
    expect(stderr).toContain('line 1 of the file that $KICI_ENV names is refused: the environment variable PAGER');
  });

  it("is refused in a job's env, with its place", async () => {
    const { code, stdout, stderr } = await runWith(
      {},
      withSteps("step('s', () => { console.log('RAN'); })", 'env: { npm_CONFIG_x: "1", A: "1" }'),
    );
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining('jobs[0].env.npm_CONFIG_x: the environment variable npm_CONFIG_x changes how programs'),
    ]);
    expect(stdout).not.toContain('RAN');
  });
});
