import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workflowFolder } from '../../agent/workflow/project.ts';
import { CommandError } from '../terminal/errors.ts';
import type { Io } from '../terminal/io.ts';

export const starter = `import { workflow, job, step, push } from '@kici-dev/sdk';

export default workflow('hello', {
  on: push({ branches: ['main'] }),
  jobs: [
    job('hello', {
      runsOn: 'default',
      // environment: 'production',   // whose secrets and variables the steps may use
      steps: [
        step('greet', async (ctx) => {
          ctx.log.info(\`\${ctx.secrets.list().length} secrets can be asked for\`);
          await ctx.$\`echo "hello from $PWD"\`;
        }),
      ],
    }),
  ],
});
`;

/** Writes a workflow to start from. @throws CommandError when there is a file in its place */
export async function init(folder: string, json: boolean, io: Io): Promise<void> {
  const file = join(folder, workflowFolder, 'hello.ts');
  try {
    await mkdir(join(folder, workflowFolder), { recursive: true });
    await writeFile(file, starter, { flag: 'wx' });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'EEXIST')
      throw new CommandError(
        'cannot_write',
        `${file} exists already and was left as it is`,
        'edit it, or remove it first',
      );
    throw new CommandError('cannot_write', `cannot write ${file} (${code})`, 'check the permissions of the folder');
  }
  io.stdout.write(
    json ? `${JSON.stringify({ file, workflow: 'hello' })}\n` : `wrote ${file}; run it with \`kici run hello\`\n`,
  );
}
