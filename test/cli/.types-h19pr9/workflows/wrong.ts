import { workflow, job, step, push } from '@kici-dev/sdk';
export default workflow('wrong', { on: push(), jobs: [
  job('j', { runsOn: 'default', steps: [step('s', async (ctx) => {
    // @ts-expect-error -- a key is text
    await ctx.secrets.get(5);
    // @ts-expect-error -- a value is text
    const count: number = await ctx.secrets.get('DB_PASSWORD');
    // @ts-expect-error -- no property
    ctx.secrets.DB_PASSWORD;
    // @ts-expect-error -- a list
    await ctx.secrets.mountFile({ sources: 'DB_PASSWORD' });
    // @ts-expect-error -- no such option
    await ctx.secrets.mountFile({ sources: ['DB_PASSWORD'], devider: '' });
    // @ts-expect-error -- the variable first
    await ctx.secrets.exposeFile({ sources: ['DB_PASSWORD'] });
    // @ts-expect-error -- it may not be there
    ctx.secrets.getMeta('DB_PASSWORD').backend;
    return count;
  })] }),
  // @ts-expect-error -- a list of keys
  job('k', { runsOn: 'default', secrets: 'DB_PASSWORD', steps: [] }),
] });
