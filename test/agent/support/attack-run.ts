import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { release } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { programFile } from '../../support/programs.ts';
import { attackTable, type AttackPlace } from './attack-table.ts';
import { containersOf } from './containers.ts';
import { keysRead, startFakeJobs } from './fake-jobs.ts';
import { finished, makeProject, type Project } from './project.ts';

const owners = 'of-the-owner';
const flags: Record<AttackPlace, readonly string[]> = {
  none: [],
  'none, with --no-namespaces': ['--no-namespaces'],
  bwrap: ['--sandbox', 'bwrap'],
  container: ['--sandbox', 'container'],
  'container, with --runtime runsc': ['--sandbox', 'container', '--runtime', 'runsc'],
};

/** Joins a keyring of its own with a key in it, opens a file of the owner's, and becomes the command. */
const starter = `
my $n = $^X && (\`uname -m\` =~ /x86_64/) ? [250, 248] : [219, 217];
syscall($n->[0], 1, 0); my ($t, $d, $p) = ("user", "kici-attack", "${owners}"); syscall($n->[1], $t, $d, $p, length($p), -3);
use POSIX; open(my $f, "<", shift @ARGV); POSIX::dup2(fileno($f), 63); exec @ARGV;`;

/** One run in which a step tries everything, beside a job that it must not reach. @returns what it got hold of */
export async function runAttacks(place: AttackPlace, image: string): Promise<ReadonlyMap<string, string | undefined>> {
  const api = await startFakeJobs({ values: { A: 'value-of-a' }, unlisted: { OTHER: 'value-of-other' } });
  onTestFinished(() => api.close());
  const extra = place.startsWith('container') ? `container: { image: '${image}' },` : '';
  const project = await makeProject(
    {
      'main.ts': workflowText(extra),
      '.kici/attacks.mjs': await readFile(join(import.meta.dirname, '../../fixtures/attacks/attacks.mjs'), 'utf8'),
      '.git/HEAD': 'ref: refs/heads/main',
      '.git/hooks/pre-commit': '',
    },
    { KICI_URL: api.url, KICI_TOKEN: 'canary-of-the-agent', TERM: 'dumb' },
  );
  const marker = `${100_000_000 + Math.floor(Math.random() * 800_000_000)}`;
  await layBait(project, marker);
  const command = [process.execPath, programFile('kici'), 'run', '--jobs', '3', ...flags[place]];
  const ownerFile = join(project.home, 'token');
  // At a terminal, which it must not type into.
  const run = spawn(
    'script',
    [
      '-qec',
      `ulimit -c unlimited; ${['perl', '-e', starter, ownerFile, ...command].map(quoted).join(' ')}`,
      '/dev/null',
    ],
    {
      cwd: project.folder,
      env: project.environment,
      stdio: ['ignore', 'pipe', 'pipe'],
    },
  );
  const { stdout, stderr } = await finished(run);
  const got = new Map<string, string | undefined>();
  for (const [, id = '', end = ''] of stdout.matchAll(/ATTACK (\S+) (HELD|BROKE .*?)\r?$/gm))
    got.set(id, end === 'HELD' ? undefined : end);
  // Processes of another kernel are not seen from here.
  const isLeft = endMarked(marker) || (place.startsWith('container') && containersOf(project).length > 0);
  got.set('survivors', isLeft ? 'a process' : undefined);
  got.set('exported-link', /INJECTED of-the-owner/.test(stdout) ? 'a variable' : undefined);
  if (keysRead(api).flat().includes('OTHER')) got.set('other-keys', 'asked for');
  const missing = attackTable.filter(({ id }) => !got.has(id));
  if (missing.length > 0) throw new Error(`not tried: ${missing.map(({ id }) => id).join()}\n${stdout}\n${stderr}`);
  return got;
}

function workflowText(extra: string): string {
  return `import { workflow, job, step, push } from '@kici-dev/sdk';
import { writeFileSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { attackAll } from '../attacks.mjs';
const until = async (name: string) => { while (!existsSync(name)) await new Promise((resolve) => setTimeout(resolve, 20)); };
const options = { runsOn: 'default', environment: 'production', ${extra} };
export default workflow('main', { on: push(), jobs: [
  job('sibling', { ...options, steps: [step('s', { timeout: 60_000 }, async (ctx) => {
    await ctx.secrets.mountFile({ sources: ['A'] });
    ctx.setEnv('SIBLING', 'of-the-sibling');
    writeFileSync('sibling.json', String(process.pid));
    await until('attacks-done');
  })] }),
  job('attacker', { ...options, steps: [step('s', { timeout: 60_000 }, (ctx) => attackAll(ctx))] }),
  job('link', { ...options, steps: [
    step('s', () => { rmSync(process.env.KICI_ENV!, { force: true }); symlinkSync(process.cwd() + '/exports', process.env.KICI_ENV!); }),
    step('t', () => { console.log('INJECTED', process.env.INJECTED); }),
  ] }),
] });
`;
}

/** What the step is to find, or not. */
async function layBait(project: Project, marker: string): Promise<void> {
  const { home, temporary, folder } = project;
  const ownerFile = join(home, 'token');
  const ownerSocket = join(home, 'agent.sock');
  // Where this machine has no engine, one as an engine of the user's own would have it.
  const engineSocket = process.env['DOCKER_HOST']?.replace(/^unix:\/\//, '') ?? join(home, 'docker.sock');
  const abstractSocket = `kici-attack-${marker}`;
  const shmFile = `/dev/shm/kici-attack-${marker}`;
  await mkdir(home, { recursive: true });
  await writeFile(ownerFile, owners);
  await writeFile(join(temporary, 'of-others'), owners);
  await writeFile(join(folder, 'exports'), `INJECTED=${owners}\n`);
  writeFileSync(shmFile, owners);
  onTestFinished(() => {
    rmSync(shmFile, { force: true });
  });
  await listen(ownerSocket);
  if (process.env['DOCKER_HOST'] === undefined) await listen(engineSocket);
  await listen(`\0${abstractSocket}`);
  const metadata = await listen({ host: '127.0.0.1', port: 0 });
  const address = metadata.address();
  const canary = spawn('sleep', ['600'], { stdio: 'ignore' });
  onTestFinished(() => {
    canary.kill('SIGKILL');
  });
  await writeFile(
    join(folder, 'place.json'),
    JSON.stringify({
      ownerFile,
      ownerSocket,
      abstractSocket,
      shmFile,
      shm: sharedMemory(),
      temporary,
      marker,
      canary: canary.pid,
      port: typeof address === 'object' ? address?.port : undefined,
      engineSocket,
      kernel: release(),
    }),
  );
}

async function listen(where: string | { readonly host: string; readonly port: number }): Promise<Server> {
  const server = createServer((socket) => socket.end());
  server.listen(where);
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
  });
  return server;
}

/** A segment of System V shared memory. */
function sharedMemory(): number {
  const perl = (program: string): string => execFileSync('perl', ['-e', program], { encoding: 'utf8' });
  const id = Number(perl(`my $i = shmget(0, 64, 0600 | 01000); shmwrite($i, "${owners}", 0, 12); print $i`));
  onTestFinished(() => {
    perl(`shmctl(${id}, 0, 0)`);
  });
  return id;
}

/** @returns whether there were any */
function endMarked(marker: string): boolean {
  const found = readdirSync('/proc').filter((name) => {
    try {
      return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, 'utf8') === `sleep\0${marker}\0`;
    } catch {
      return false;
    }
  });
  for (const pid of found) process.kill(Number(pid), 'SIGKILL');
  return found.length > 0;
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
