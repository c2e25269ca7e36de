import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { startFakeJobs } from './support/fake-jobs.ts';
import { makeProject, withSteps } from './support/project.ts';

/** Each step goes on only once the other run is in the same one. */
const source = `import { readdirSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';
const meet = async (where) => {
  writeFileSync(where + '-' + randomUUID(), '');
  while (readdirSync('.').filter((name) => name.startsWith(where + '-')).length < 2) await new Promise((resolve) => setTimeout(resolve, 10));
};
${withSteps(`step('one', { timeout: 30_000 }, async (ctx) => {
  const { path } = await ctx.secrets.mountFile({ sources: ['TOKEN'], name: 'same' });
  const own = randomUUID();
  ctx.setEnv('OWN', own);
  await meet('one');
  console.log('HAS ' + own + ' ' + path + ' ' + process.env.KICI_ENV);
}), step('two', { timeout: 30_000 }, async (ctx) => {
  await meet('two');
  console.log('FINDS ' + process.env.OWN + ' ' + await ctx.secrets.get('TOKEN'));
})`)}`;

it.each(['none', 'bwrap'])('two runs of one job at once in one project keep apart in %s', async (sandbox) => {
  const api = await startFakeJobs({ values: { TOKEN: 'value-of-token' } });
  onTestFinished(() => api.close());
  const project = await makeProject({ 'main.ts': source }, { KICI_URL: api.url, KICI_TOKEN: 'token' });
  const runs = await Promise.all(['first', 'second'].map(async () => project.run('run', '--sandbox', sandbox)));
  const seen = runs.map(({ code, stdout, stderr }) => {
    expect([code, stderr]).toEqual([0, '']);
    const [, own, mount, file] = /^HAS (\S+) (\S+) (\S+)$/m.exec(stdout) ?? [];
    expect(stdout).toContain(`FINDS ${own} ***\n`);
    return { own, mount, file };
  });
  const different = sandbox === 'none' ? (['own', 'mount', 'file'] as const) : (['own', 'mount'] as const);
  for (const name of different) expect(new Set(seen.map((one) => one[name])).size, name).toBe(2);
  expect(await project.leftovers()).toEqual([]);
  expect(await readdir(join(project.home, '.local/state/kici/journal'))).toEqual([]);
});
