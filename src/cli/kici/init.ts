import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { workflowFolder } from '../../agent/workflow/project.ts';
import { CommandError, UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';

/** What the workflow demonstrates: a secret of an environment, or none. */
export interface Starter {
  readonly environment?: string | undefined;
  readonly secret?: string | undefined;
}

/** Safe to quote in generated text; matches every environment's name and every key. */
const name = /^[A-Za-z0-9_][A-Za-z0-9_.-]*$/;

/**
 * `kici init`: writes a starter workflow, and editor settings if there are none.
 * @throws UsageError; CommandError if the file exists
 */
export async function init(folder: string, shown: Starter, json: boolean, io: Io): Promise<void> {
  requireName('--environment', shown.environment);
  requireName('--secret', shown.secret);
  if (shown.secret !== undefined && shown.environment === undefined)
    throw new UsageError('--secret needs --environment: secrets belong to one', 'say whose secret the step reads');
  const file = join(folder, workflowFolder, 'hello.ts');
  try {
    await mkdir(join(folder, workflowFolder), { recursive: true });
    await writeFile(file, workflowText(shown), { flag: 'wx' });
    await writeFile(join(folder, '.kici', 'tsconfig.json'), compilerSettings, { flag: 'wx' }).catch(ignoreExisting);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
    if (code === 'EEXIST')
      throw new CommandError(
        'cannot_write',
        `${file} already exists and was left as it is`,
        'edit it, or remove it first',
      );
    throw new CommandError('cannot_write', `cannot write ${file} (${code})`, 'check the permissions of the folder');
  }
  const offer = shown.environment === undefined ? '' : '; `kici types` writes the names of secrets for your editor';
  io.stdout.write(
    json
      ? `${JSON.stringify({ file, workflow: 'hello' })}\n`
      : `wrote ${file}; run it with \`kici run hello\`${offer}\n`,
  );
}

function requireName(flag: string, text: string | undefined): void {
  if (text !== undefined && !name.test(text))
    throw new UsageError(
      `${flag} takes letters, digits and "_.-", not ${JSON.stringify(text)}`,
      'see `kici init --help`',
    );
}

function workflowText({ environment, secret }: Starter): string {
  const binding =
    environment === undefined
      ? `// environment: 'production',   // whose secrets and variables the steps may use`
      : `environment: '${environment}',`;
  const greeting =
    secret === undefined
      ? `ctx.log.info(\`\${ctx.secrets.list().length} secrets can be asked for\`);`
      : `ctx.log.info(\`${secret} is \${await ctx.secrets.get('${secret}')}\`);   // the log shows ***`;
  return `import { workflow, job, step, push } from '@kici-dev/sdk';

export default workflow('hello', {
  on: push({ branches: ['main'] }),
  jobs: [
    job('hello', {
      runsOn: 'default',
      ${binding}
      steps: [
        step('greet', async (ctx) => {
          ${greeting}
          await ctx.$\`echo "hello from $PWD"\`;
        }),
      ],
    }),
  ],
});
`;
}

/** Unless told to, an editor reads neither folders that begin with a dot nor declarations that nothing imports. */
const compilerSettings = `{
  "compilerOptions": {
    "module": "nodenext",
    "target": "es2024",
    "strict": true,
    "noEmit": true,
    "allowImportingTsExtensions": true,
    "skipLibCheck": true
  },
  "include": ["workflows", "secrets.d.ts"]
}
`;

/** The project's own settings stay. */
function ignoreExisting(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
}
