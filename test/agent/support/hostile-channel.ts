import { readFileSync } from 'node:fs';
import { expect, onTestFinished } from 'vitest';
import { startFakeJobs } from './fake-jobs.ts';
import { finished, makeProject } from './project.ts';

/** What one step does with its end of the channel, determined by a seed. */
const hostile = `
import { writeSync } from 'node:fs';
export const attack = async (ctx, seed) => {
  let state = seed;
  const next = () => { state = (state + 0x6d2b79f5) | 0; let t = Math.imul(state ^ (state >>> 15), 1 | state); t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t; return (t ^ (t >>> 14)) >>> 0; };
  const below = (most) => next() % most;
  const pick = (list) => list[below(list.length)];
  const write = (bytes) => { for (let at = 0; at < bytes.length;) { try { at += writeSync(3, bytes, at, Math.min(bytes.length - at, 65536)); } catch (error) { if (error.code !== 'EAGAIN') throw error; } } };
  const frame = (body) => { const bytes = Buffer.from(body); const head = Buffer.alloc(4); head.writeUInt32BE(bytes.length); return Buffer.concat([head, bytes]); };
  const odd = () => pick([0, -1, 1.5, 1e308, 2 ** 53, null, true, '', 'A', '__proto__', 'constructor', '../x', 'a\\0b', 'x'.repeat(1 + below(5000)), [], {}, [[]], Array(below(3000)).fill('A')]);
  const valid = () => pick([
    () => ({ type: 'ask', requests: [{ id: below(5), kind: 'get', key: pick(['A', 'B', 'NONE']) }] }),
    () => ({ type: 'ask', requests: Array.from({ length: 1 + below(500) }, (_, id) => ({ id, kind: 'get', key: 'A' })) }),
    () => ({ type: 'ask', requests: [{ id: 1, kind: 'mount', sources: ['A', 'B'].slice(below(2)), divider: pick(['', '\\n']), finalNewline: pick([true, false]), mode: pick([0, 384, 511]), name: pick(['x', undefined]) }] }),
    () => ({ type: 'ask', requests: Array.from({ length: 1 + below(20) }, (_, id) => ({ id, kind: 'mask', value: Buffer.alloc(below(60000), 'v' + next()).toString('base64') })) }),
    () => ({ type: 'addPath', folder: '/tmp/' + below(1000) }),
    () => ({ type: 'ready' }),
    () => ({ type: 'imported' }),
    () => ({ type: 'finished', status: 'failed', error: 'e'.repeat(below(1000)) }),
    () => ({ type: 'finished', status: 'succeeded' }),
  ])();
  const spoilt = () => {
    const message = valid();
    const target = Array.isArray(message.requests) && below(2) ? message.requests[below(message.requests.length)] : message;
    target[pick([...Object.keys(target), 'extra', '__proto__'])] = odd();
    return message;
  };
  const doings = [
    () => write(Buffer.from(Array.from({ length: 1 + below(200) }, () => below(256)))),
    () => write(frame(JSON.stringify(valid())).subarray(0, 1 + below(20))),
    () => write(frame(JSON.stringify(spoilt()))),
    () => write(frame(JSON.stringify(valid()))),
    () => write(frame('['.repeat(1 + below(500000)))),
    () => write(frame(JSON.stringify(valid()).replace('{', pick(['', '{{', '\\ufeff{', '{"type":"ask",'])))),
    () => { for (let count = below(2000); count > 0; count -= 1) write(frame('{"type":"addPath","folder":"/tmp/x"}')); },
    () => { for (let count = below(50); count > 0; count -= 1) write(frame(JSON.stringify(valid()))); },
    () => { const bytes = frame(JSON.stringify(valid())); for (let at = 0; at < bytes.length; at += 1) write(bytes.subarray(at, at + 1)); },
    () => { const head = Buffer.alloc(4); head.writeUInt32BE(next()); write(head); },
    () => process.exit(below(4)),
    () => process.kill(process.pid, pick(['SIGKILL', 'SIGTERM', 'SIGSEGV'])),
    () => ctx.secrets.get('A').then((value) => console.log('GOT', value)),
    () => ctx.setEnv('V' + below(9), 'x'.repeat(below(100000))),
  ];
  for (let count = 1 + below(6); count > 0; count -= 1) await pick(doings)();
};
`;

const secret = 'value-of-the-secret-canary';

/** The process's peak memory in KiB; 0: it has ended, or there is no /proc. */
export function peakMemory(pid: number | undefined): number {
  try {
    const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kilobytes);
  } catch {
    return 0;
  }
}

/**
 * One run in which each job is an attacking step; the agent must continue, leak nothing, and stay small.
 * @param count of jobs
 */
export async function attackAgent(seed: number, count: number, sandbox: string): Promise<void> {
  const api = await startFakeJobs({ values: { A: secret, B: Uint8Array.of(0, 255, 1, 2) } });
  onTestFinished(() => api.close());
  const jobs = Array.from(
    { length: count },
    (_, index) =>
      `job('j${index}', { runsOn: 'default', environment: 'production', steps: [step('s', { timeout: 6_000 }, (ctx) => attack(ctx, ${seed + index}))] })`,
  );
  const project = await makeProject(
    {
      'main.ts': `import { workflow, job, step, push } from '@kici-dev/sdk';\nimport { attack } from '../attack.mjs';\nexport default workflow('main', { on: push(), jobs: [${jobs.join(',\n')}] });`,
      '.kici/attack.mjs': hostile,
    },
    { KICI_URL: api.url },
  );
  const child = project.start(['run', '--jobs', '2', '--sandbox', sandbox]);
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, peakMemory(child.pid));
  }, 50);
  const { code, stdout, stderr } = await finished(child);
  clearInterval(watch);
  expect([0, 1], `seed ${seed}: ${stderr}`).toContain(code);
  expect(stderr, `seed ${seed}`).not.toContain('internal_error');
  expect(`${stdout}${stderr}`, `seed ${seed}`).not.toContain(secret);
  expect(stdout.match(/^(?:j\d+ +\| )?job j\d+: (?:succeeded|failed)$/gm), `seed ${seed}: ${stderr}`).toHaveLength(
    count,
  );
  expect(await project.leftovers(), `seed ${seed}`).toEqual([]);
  expect(peak, `seed ${seed}: the agent's memory in KiB`).toBeLessThan(400_000);
}
