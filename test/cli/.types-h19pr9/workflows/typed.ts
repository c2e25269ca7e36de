import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('typed', { on: push(), jobs: [job('j', { runsOn: 'default', steps: [step('s', async (ctx) => {
    await ctx.secrets.get('');
    ctx.secrets.has('');
    ctx.secrets.getMeta('');
    await ctx.secrets.expose('');
    await ctx.secrets.mountFile({ sources: [''] });
    await ctx.secrets.exposeFile('X', { sources: ['DB_PASSWORD', ''] });
})] })] });
