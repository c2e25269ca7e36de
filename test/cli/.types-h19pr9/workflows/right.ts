import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('right', { on: push(), jobs: [
  job('j', { runsOn: 'default', environment: 'production', secrets: ['DB_PASSWORD', 'AGE_KEY_*'], steps: [step('s', async (ctx) => {
    const token: string = await ctx.secrets.get('DB_PASSWORD');
    await ctx.secrets.expose('any other text');
    const sources = ctx.secrets.list().filter((key) => key.startsWith('AGE_KEY_'));
    const { path } = await ctx.secrets.mountFile({ sources, divider: '\n', mode: 0o400, name: 'keys' });
    await ctx.secrets.exposeFile('SOPS_AGE_KEY_FILE', { sources: ['AGE_KEY_1', 'X', ...sources] });
    if (ctx.secrets.has(path)) ctx.log.info(ctx.secrets.getMeta(token)?.backend ?? '');
  })] }),
] });
