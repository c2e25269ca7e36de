import { workflow, job, step, push } from '@kici-dev/sdk';

export default workflow('deploy', {
  on: push({ branches: ['main'] }),
  jobs: [
    job('deploy', {
      runsOn: 'default',
      environment: 'production',
      steps: [
        step('look', (ctx) => {
          const meta = ctx.secrets.getMeta('API_URL');
          ctx.log.info(`keys: ${ctx.secrets.list().join(', ')}`);
          ctx.log.info(`API_URL comes from ${meta?.backend ?? '-'}:${meta?.scope ?? '-'}; no value has moved yet`);
        }),
        step('deploy', async (ctx) => {
          const token = await ctx.secrets.get('DEPLOY_TOKEN');
          await ctx.secrets.expose('API_URL');
          await ctx.$`echo "deploying to $API_URL with token ${token}"`;
          await ctx.$`echo "the same token in base64: $(printf %s ${token} | base64)"`;
        }),
        step('mount', async (ctx) => {
          const file = await ctx.secrets.mountFile({ sources: ['DEPLOY_TOKEN'], name: 'token' });
          await ctx.$`stat -c '%A %n' ${file.path} && cat ${file.path}`;
        }),
      ],
    }),
  ],
});
