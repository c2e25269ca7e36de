import { spawn, spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { programFile } from '../../support/programs.ts';
import { contentsOf } from './contents.ts';
import { copyTest } from './copy-test.ts';
import { startFakeJobs } from './fake-jobs.ts';
import { sendAll } from './hostile-messages.ts';
import { finished, makeProject, runWith, withSteps, workflowOf } from './project.ts';

const repository = {
  '.kici/lib/a.ts': 'export {};',
  '.git/HEAD': 'ref: refs/heads/main',
  '.git/config': '[core] hooksPath = ".hooks" ; ours\r\n[include]\r\n\tpath = ../more/.gitmore\r\n',
  '.git/hooks/pre-commit': 'old',
  '.git/refs/heads/main': '1',
  '.git/index': 'old',
  '.git/modules/a/b/HEAD': 'ref: refs/heads/main',
  '.git/modules/a/b/config': '',
  '.git/modules/a/b/hooks/x': 'old',
  '.git/worktrees/w/HEAD': 'ref: refs/heads/w',
  '.git/worktrees/w/commondir': '../..',
  '.hooks/pre-push': 'old',
  'more/.gitmore': '',
  'more/source': 'old',
};

/** What holds in every sandbox that is a boundary. @param extra options of each job, such as its image */
export function sandboxMatrix(sandbox: string, extra = ''): void {
  const options = (more = ''): string =>
    ["environment: 'production'", extra, more].filter((part) => part !== '').join(', ');
  const steps = (source: string, more = ''): string => withSteps(source, options(more));
  const bodies = (...texts: readonly string[]): string =>
    workflowOf(...texts).replace("environment: 'production'", options());

  it('writes mounted files to its own /tmp, which is gone with it', async () => {
    const { code, stdout, left } = await runWith(
      { values: { A: 'value-of-a', N: Uint8Array.of(255, 0, 254, 253) } },
      bodies(
        `
      const { path } = await ctx.secrets.mountFile({ sources: ['A', 'N'], mode: 0o400 });
      await ctx.$\`stat -c '%a %s' \${path}; stat -c %a \${path.replace(/\\/[^/]*$/, '')}\`;
      console.log(path.startsWith('/tmp/kici-step-'), await ctx.secrets.get('A'));
      await ctx.secrets.exposeFile('F', { sources: ['A'], name: 'x' });
      await ctx.$\`cat "$F"\`;`,
        'const { readdirSync } = await import("node:fs"); console.log("TMP", readdirSync("/tmp").filter((name) => name.startsWith("kici-step")).length);',
      ),
      '--sandbox',
      sandbox,
    );
    expect(code).toBe(0);
    expect(stdout).toContain('400 14\n700\ntrue ***\n***');
    expect(stdout).toContain('TMP 0\n');
    expect(left).toEqual([]);
  });

  it('writes them there too where a variable has moved TMPDIR', async () => {
    const { stdout, project } = await runWith(
      { values: { A: 'value-of-a' } },
      bodies(
        'ctx.setEnv("TMPDIR", process.cwd())',
        'console.log("AT", (await ctx.secrets.mountFile({ sources: ["A"] })).path)',
      ),
      '--sandbox',
      sandbox,
    );
    expect(stdout).toContain('AT /tmp/kici-step-');
    expect(await readdir(project.folder)).toEqual(['.kici']);
  });

  it('sees no home, no token, no process and no network of the outside', async () => {
    const { stdout } = await runWith(
      {},
      bodies(`
      const { existsSync, readdirSync, readFileSync } = await import('node:fs');
      const processes = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name));
      console.log('PROCESSES', processes.length < 6);
      console.log('HIDDEN', ['/root/.ssh', '/root/.config', '/var/run/docker.sock', '/run/docker.sock', process.cwd() + '/../home'].filter((path) => existsSync(path)).join());
      console.log('INTERFACES', Object.keys((await import('node:os')).networkInterfaces()).filter((name) => name !== 'lo').join());
      const environments = processes.map((pid) => readFileSync('/proc/' + pid + '/environ', 'utf8'));
      console.log('ENVIRON', environments.length, environments.some((text) => text.includes('KICI_ENV=')), environments.some((text) => text.includes('canary')));`),
      '--sandbox',
      sandbox,
    );
    expect(stdout).toContain('PROCESSES true\n');
    expect(stdout).toContain('HIDDEN \n');
    expect(stdout).toContain('INTERFACES \n');
    expect(stdout).toMatch(/ENVIRON \d+ true false\n/);
  });

  it("sees nothing of an orchestrator's data that lie in the project", async () => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject(
      {
        'main.ts': bodies(
          'console.log("DATA", (await import("node:fs")).readdirSync(".kici-data").length); (await import("node:fs")).writeFileSync(".kici-data/kici.db", "tampered");',
        ),
      },
      { KICI_URL: api.url },
    );
    await mkdir(join(project.folder, '.kici-data'));
    await writeFile(join(project.folder, '.kici-data/kici.db'), 'tokens');
    const { stdout } = await project.run('run', '--sandbox', sandbox);
    expect(stdout).toContain('DATA 0\n');
    expect(await readFile(join(project.folder, '.kici-data/kici.db'), 'utf8')).toBe('tokens');
  });

  it('lets no step write, move or replace what runs outside of it, and the rest of the repository it may', async () => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject(
      {
        ...repository,
        'main.ts': bodies(`
      const fs = await import('node:fs');
      const failed = [];
      const attempt = (what, ...names) => { for (const name of names) { try { what(name); } catch (error) { failed.push(error.code); continue; } console.log('BROKE', what, name); } };
      const held = ['.kici/workflows/main.ts', '.kici/lib/a.ts', '.git/config', '.git/hooks/pre-commit', '.git/modules/a/b/config', '.git/modules/a/b/hooks/x', '.git/worktrees/w/commondir', '.hooks/pre-push', 'more/.gitmore'];
      const folders = ['.kici', '.git', '.git/hooks', '.git/modules', '.git/modules/a', '.git/modules/a/b', '.git/worktrees', '.git/worktrees/w', '.hooks', 'more'];
      attempt((name) => fs.appendFileSync(name, 'x'), ...held);
      attempt((name) => fs.renameSync(name, 'moved'), ...held, ...folders);
      attempt((name) => fs.rmSync(name, { recursive: true }), ...held);
      attempt((name) => { fs.writeFileSync('evil', 'x'); fs.renameSync('evil', name); }, ...held);
      attempt((name) => fs.linkSync(name, 'hard'), ...held);
      attempt((name) => fs.rmdirSync(name), ...folders);
      attempt((name) => fs.writeFileSync(name + '/new', 'x'), '.kici', '.kici/workflows', '.git/hooks', '.hooks');
      console.log('REFUSED', failed.length, [...new Set(failed)].sort().join());
      fs.writeFileSync('.git/index.lock', 'new'); fs.renameSync('.git/index.lock', '.git/index'); fs.writeFileSync('.git/refs/new', '1'); fs.writeFileSync('more/source', 'new');`),
      },
      { KICI_URL: api.url },
    );
    const before = await contentsOf(project.folder);
    const { code, stdout } = await project.run('run', '--sandbox', sandbox);
    expect(stdout).not.toContain('BROKE');
    expect(stdout).toMatch(/REFUSED \d+ [A-Z,]+\n/);
    expect(code).toBe(0);
    const { evil, ...after } = await contentsOf(project.folder);
    expect(evil).toBe('x');
    expect(after).toEqual({ ...before, '.git/index': 'new', '.git/refs/new': '1', 'more/source': 'new' });
  });

  it('gives jobs side by side no descriptor of whoever started their agent, nor its input', async () => {
    const body = `async (ctx) => {
      const fs = await import('node:fs');
      const list = (path) => { try { return fs.readdirSync(path); } catch { return []; } };
      const texts = list('/proc').filter((name) => /^[0-9]+$/.test(name)).flatMap((pid) => list('/proc/' + pid + '/fd').map((fd) => { const path = '/proc/' + pid + '/fd/' + fd; try { return fs.statSync(path).isFile() ? fs.readFileSync(path, 'utf8') : ''; } catch { return ''; } }));
      console.log('FOUND', texts.some((text) => text.includes('of-the-owner')), 'INPUT', fs.readFileSync(0, 'utf8').length);
      await ctx.$\`cat; readlink /proc/self/fd/* || true\`;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }`;
    const job = (name: string): string =>
      `job('${name}', { runsOn: 'default', ${extra === '' ? '' : `${extra},`} steps: [step('s', ${body}), step('t', ${body})] })`;
    const project = await makeProject({
      'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';\nexport default workflow('main', { on: push(), jobs: [${['a', 'b', 'c'].map(job).join()}] });`,
    });
    const file = join(project.home, 'owned');
    await writeFile(file, 'of-the-owner');
    const shell = spawn(
      'bash',
      [
        '-c',
        'exec 0<"$0" 9<"$0" 63<"$0"; exec "$@"',
        file,
        process.execPath,
        programFile('kici'),
        'run',
        '--jobs',
        '3',
        '--sandbox',
        sandbox,
      ],
      { cwd: project.folder, env: project.environment, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    const { code, stdout, stderr } = await finished(shell);
    expect(code, stderr).toBe(0);
    expect(stdout.match(/FOUND false INPUT 0$/gm)).toHaveLength(6);
    expect(stdout).not.toMatch(/owner|owned/);
  });

  it('runs no program outside of it that a step has put into a folder of PATH', async () => {
    const programs = 'node_modules/.bin';
    const project = await makeProject({
      'main.ts': withSteps(
        `step('put', async (ctx) => {
          await ctx.$\`mkdir -p ${programs}; for name in bwrap docker sh node; do printf '#!/bin/bash\\ntouch "$(dirname "$0")/../../../escaped"\\nPATH=/usr/local/bin:/usr/bin:/bin exec %s "$@"' "$name" > ${programs}/$name; chmod +x ${programs}/$name; done\`;
        }), step('second', () => {}), step('third', () => { console.log('THIRD'); })`,
        extra === '' ? 'env: {}' : extra,
      ),
    });
    const search = { PATH: `${join(project.folder, programs)}:${project.environment['PATH']}` };
    for (let run = 1; run <= 2; run += 1) {
      // oxlint-disable-next-line no-await-in-loop -- the second finds what the first left behind
      const { stdout, stderr } = await finished(project.start(['run', '--sandbox', sandbox], search));
      expect(stdout, stderr).toContain('THIRD');
    }
    expect(await readdir(join(project.folder, programs))).toHaveLength(4);
    expect(await readdir(join(project.folder, '..'))).not.toContain('escaped');
  });

  it.each([
    ['.git/commondir', 'fs.writeFileSync(".git/commondir", "../evil")'],
    ['.git/modules/a/b/config.worktree', 'fs.writeFileSync(".git/modules/a/b/config.worktree", "")'],
  ])('ends a job that makes %s, through which code would run outside of it', async (name, attack) => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject(
      {
        ...repository,
        'main.ts': bodies(`const fs = await import('node:fs'); ${attack};`, 'console.log("SECOND");'),
      },
      { KICI_URL: api.url },
    );
    const { code, stdout, stderr } = await project.run('run', '--sandbox', sandbox);
    expect(stderr).toContain(
      `a step has created or changed ${project.folder}/${name}, from which code can run outside`,
    );
    expect(stdout).not.toContain('SECOND');
    expect(code).toBe(1);
  });

  it('shows nothing of the owner where that lies in the project, also by a link, and nobody moves it to where it shows', async () => {
    const api = await startFakeJobs({});
    onTestFinished(() => api.close());
    const project = await makeProject({
      'main.ts': bodies(
        `const fs = await import('node:fs');
      const see = () => fs.globSync('**/*', { withFileTypes: true }).filter((entry) => entry.isFile() && !entry.parentPath.includes('.kici')).map((entry) => fs.readFileSync(entry.parentPath + '/' + entry.name, 'utf8')).join();
      console.log('SEEN', see());
      for (const name of ['a/home', 'a/b', 'a', 'state', 'keys', 'keys/key']) try { fs.renameSync(name, 'moved'); console.log('MOVED', name); } catch {}`,
        `const fs = await import('node:fs'); console.log('SEEN', fs.globSync('**/*').filter((name) => !name.startsWith('.kici')).sort().join());`,
      ),
      'a/home/.ssh/id': 'private',
      'a/b/settings/gh/token': 'private',
      'state/kici/x': 'private',
      'keys/key': 'private',
      'keys/token': 'private',
    });
    await symlink(join(project.folder, 'a/b/settings'), join(project.folder, 'settings'));
    const child = project.start(['run', '--sandbox', sandbox, '--token-file', join(project.folder, 'keys/token')], {
      KICI_URL: api.url,
      HOME: join(project.folder, 'a/home'),
      XDG_CONFIG_HOME: join(project.folder, 'settings'),
      XDG_STATE_HOME: join(project.folder, 'state'),
      KICI_SECRET_KEY_FILE: join(project.folder, 'keys/key'),
    });
    const { stdout, stderr } = await finished(child);
    expect(stderr).not.toContain('Error');
    expect(stdout).not.toMatch(/private|MOVED/);
    expect(stdout.match(/^SEEN .*$/gm)).toEqual([
      'SEEN ',
      'SEEN a,a/b,a/b/settings,a/home,keys,keys/key,keys/token,settings,state',
    ]);
  });

  it.each(['HOME', 'XDG_CONFIG_HOME', 'KICI_DATA_DIR'])('is refused where %s is the project', async (variable) => {
    const project = await makeProject({ 'main.ts': bodies('console.log("RAN")') });
    const { code, stdout, stderr } = await finished(
      project.start(['run', '--sandbox', sandbox], { [variable]: project.folder, XDG_STATE_HOME: project.temporary }),
    );
    expect([code, stderr]).toEqual([1, expect.stringContaining('sandbox_unavailable: the project')]);
    expect(stdout).not.toContain('RAN');
  });

  it('has the network where the job asks for it', async () => {
    const count =
      'step("s", async () => { console.log("INTERFACES", (await import("node:fs")).readFileSync("/proc/net/dev", "utf8").trim().split("\\n").length > 3); })';
    const outside = spawnSync('sh', ['-c', 'tail -n +4 /proc/net/dev | wc -l']).stdout.toString().trim() !== '0';
    const { stdout } = await runWith({}, steps(count, 'network: true'), '--sandbox', sandbox);
    expect(stdout).toContain(`INTERFACES ${outside}`);
  });

  it('takes exports, variables and folders to later steps', async () => {
    const { stdout, left } = await runWith(
      {},
      bodies(
        'ctx.setEnv("A", "1"); ctx.addPath("/tmp/added"); await ctx.$`echo B=2 >> "$KICI_ENV"`;',
        'console.log("SEEN", process.env.A, process.env.B); await ctx.$`echo FIRST "$PATH"`',
      ),
      '--sandbox',
      sandbox,
    );
    expect(stdout).toContain('SEEN 1 2\n');
    expect(stdout).toContain('FIRST /tmp/added:');
    expect(left).toEqual([]);
  });

  it("works in the project's folder, and what it writes there stays", async () => {
    const { stdout } = await runWith(
      {},
      bodies(
        'await ctx.$`echo made > made.txt`; console.log("SEES", (await import("node:fs")).readdirSync(".").join());',
        'await ctx.$`cat made.txt`;',
      ),
      '--sandbox',
      sandbox,
    );
    expect(stdout).toContain('SEES .kici,made.txt\n');
    expect(stdout).toMatch(/^made$/m);
  });

  it('works in a copy of the project where that is asked for, and keeps steps from the original', async () => {
    await copyTest(['--sandbox', sandbox], extra);
  });

  it('fails, times out and cleans up as without it', async () => {
    const failed = await runWith(
      { values: { A: 'value-of-a' } },
      bodies('throw new Error(`with ${await ctx.secrets.get("A")}`)'),
      '--sandbox',
      sandbox,
    );
    expect([failed.code, failed.stderr]).toEqual([1, expect.stringContaining('with ***')]);
    const ended = await runWith({}, bodies('process.exit(3)'), '--sandbox', sandbox);
    expect([ended.code, ended.stderr]).toEqual([
      1,
      expect.stringContaining('ended with code 3 before its function had returned'),
    ]);
    const late = await runWith(
      { values: { A: 'value-of-a' } },
      steps(
        'step("s", { timeout: 1500 }, async (ctx) => { await ctx.secrets.mountFile({ sources: ["A"] }); await ctx.$`sleep 300`; })',
      ),
      '--sandbox',
      sandbox,
    );
    expect([late.code, late.stdout]).toEqual([1, expect.stringContaining('timed out')]);
    expect([...failed.left, ...ended.left, ...late.left]).toEqual([]);
  });

  it('is ended when it sends its agent what no step sends, and nothing comes of the rest', async () => {
    await sendAll(sandbox, extra === '' ? '' : `${extra},`);
  });
}
