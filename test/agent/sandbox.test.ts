import { spawnSync } from 'node:child_process';
import { describe, expect, it, onTestFinished } from 'vitest';
import { describeLane } from '../support/lane.ts';
import { startFakeJobs } from './support/fake-jobs.ts';
import { makeProject, runWith, withSteps, workflowOf } from './support/project.ts';

const works = spawnSync('bwrap', ['--unshare-all', '--ro-bind', '/', '/', '--proc', '/proc', 'true']).status === 0;

describeLane({ name: 'bwrap', missing: works ? undefined : 'bubblewrap is not installed, or this machine allows no user namespaces' }, () => {
  it('writes mounted files to its own /tmp, which is gone with it', async () => {
    const { code, stdout, left } = await runWith({ values: { A: 'value-of-a', N: Uint8Array.of(255, 0, 254, 253) } }, workflowOf(`
      const { path } = await ctx.secrets.mountFile({ sources: ['A', 'N'], mode: 0o400 });
      await ctx.$\`stat -c '%a %s' \${path}; stat -c %a \${path.replace(/\\/[^/]*$/, '')}\`;
      console.log(path.startsWith('/tmp/kici-step-'), await ctx.secrets.get('A'));
      await ctx.secrets.exposeFile('F', { sources: ['A'], name: 'x' });
      await ctx.$\`cat "$F"\`;`, 'const { readdirSync } = await import("node:fs"); console.log("TMP", readdirSync("/tmp").filter((name) => name.startsWith("kici-step")).length);'), '--sandbox', 'bwrap');
    expect(code).toBe(0);
    expect(stdout).toContain('400 14\n700\ntrue ***\n***');
    expect(stdout).toContain('TMP 0\n');
    expect(left).toEqual([]);
  });

  it('sees no home, no token, no process and no network of the outside', async () => {
    const { stdout } = await runWith({}, workflowOf(`
      const { existsSync, readdirSync, readFileSync } = await import('node:fs');
      const processes = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
      console.log('PROCESSES', processes.length < 6);
      console.log('HIDDEN', ['/home', '/var', '/run', '/etc/shadow', '/root/.ssh', '/root/.config', process.cwd() + '/../home'].filter((path) => existsSync(path)).join());
      console.log('INTERFACES', Object.keys((await import('node:os')).networkInterfaces()).filter((name) => name !== 'lo').join());
      const environments = processes.map((pid) => readFileSync('/proc/' + pid + '/environ', 'utf8'));
      console.log('ENVIRON', environments.length, environments.some((text) => text.includes('KICI_ENV=')), environments.some((text) => text.includes('canary')));`), '--sandbox', 'bwrap');
    expect(stdout).toContain('PROCESSES true\n');
    expect(stdout).toContain('HIDDEN \n');
    expect(stdout).toContain('INTERFACES \n');
    expect(stdout).toMatch(/ENVIRON \d+ true false\n/);
  });

  it('has the network where the job asks for it', async () => {
    const count = 'step("s", async () => { console.log("INTERFACES", require("node:fs").readFileSync("/proc/net/dev", "utf8").trim().split("\\n").length > 3); })';
    const source = withSteps(count.replace('require(', '(await import("node:module")).createRequire("/")('), 'network: true');
    const outside = spawnSync('sh', ['-c', 'tail -n +4 /proc/net/dev | wc -l']).stdout.toString().trim() !== '0';
    const { stdout } = await runWith({}, source, '--sandbox', 'bwrap');
    expect(stdout).toContain(`INTERFACES ${outside}`);
  });

  it('takes exports and fails, times out and cleans up as without it', async () => {
    const exported = await runWith({}, workflowOf('ctx.setEnv("A", "1"); await ctx.$`echo B=2 >> "$KICI_ENV"`;', 'console.log("SEEN", process.env.A, process.env.B)'), '--sandbox', 'bwrap');
    expect(exported.stdout).toContain('SEEN 1 2\n');
    const late = await runWith({ values: { A: 'value-of-a' } }, withSteps('step("s", { timeout: 1500 }, async (ctx) => { await ctx.secrets.mountFile({ sources: ["A"] }); await ctx.$`sleep 300`; })'), '--sandbox', 'bwrap');
    expect(late.code).toBe(1);
    expect(late.stdout).toContain('timed out');
    expect([...exported.left, ...late.left]).toEqual([]);
  });
});

describe('a sandbox that the machine cannot offer', () => {
  it.each([['bwrap', 'needs bubblewrap'], ['container', 'no container sandbox']])('%s is an error before anything runs, never another one in its place', async (name, message) => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject({ 'main.ts': workflowOf('console.log("RAN")') }, { KICI_URL: api.url, PATH: '/nonexistent' });
    const { code, stdout, stderr } = await project.run('run', '--sandbox', name);
    expect(code).toBe(1);
    expect(stderr).toContain('sandbox_unavailable');
    expect(stderr).toContain(message);
    expect(stdout).not.toContain('RAN');
    expect(api.calls).toEqual([]);
  });
});
