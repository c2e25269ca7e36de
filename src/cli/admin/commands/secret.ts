import { confirm } from '../../terminal/confirm.ts';
import { UsageError } from '../../terminal/command-error.ts';
import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup, type Result } from '../command.ts';
import { coded, count, listing, moment } from '../format.ts';
import { withGaps } from '../gaps.ts';
import { importCommand } from './secret-import.ts';
import { agentFacts, yes } from '../parameters/shared.ts';
import { argument, flag, option, optionalArgument, required } from '../parameters/text.ts';
import { valueFlags } from '../parameters/value.ts';
import type { ApiSession } from '../session.ts';
import { grid } from './secret-grid.ts';

const at = {
  scope: required('--scope <scope>', 'backend:path, or a bare path in the internal store'),
  key: argument('key', 'the name of the secret'),
};

const set = defineCommand({
  name: 'set',
  summary: 'Set the value of a secret',
  operations: ['secrets.set'],
  examples: [
    'kici-admin secret set --scope production DB_PASSWORD',
    'pass show prod/db | kici-admin secret set --scope production DB_PASSWORD --from-stdin',
    'kici-admin secret set --scope production TLS_KEY --from-file ./tls.key --dry-run',
  ],
  parameters: { ...at, value: valueFlags() },
  run: async ({ scope, key, value }, session) => {
    await requireKey(scope, key);
    await session.precheck('secrets.set', { scope, key });
    const { bytes, fingerprint } = await session.readValue(value, key);
    if (value.dryRun === true) {
      return {
        data: { dryRun: true, scope, key, bytes: bytes.byteLength, sha256: fingerprint },
        text: `[dry-run] would set ${key} in scope ${scope} sha256=${fingerprint}`,
      };
    }
    const receipt = await session.call('secrets.set', {
      scope,
      key,
      sealed: await session.seal({ purpose: 'secret', scope, key }, bytes),
    });
    return written('set', { ...receipt, bytes: bytes.byteLength });
  },
});

/**
 * Checked before the request: a value typed as a name would stay in the audit log for good, and a dry run sends
 * nothing.
 */
async function requireKey(scope: string, key: string): Promise<void> {
  if (key.includes('='))
    throw new UsageError(
      'the key must be a name alone, and this one has a "=", as if a value followed',
      'write the name alone; see --help for the ways to give the value',
    );
  const { keyProblem } = await import('../../../api/fields.ts');
  const problem = keyProblem(scope, key);
  if (problem !== undefined) throw new UsageError(problem, 'choose a name that a step can ask for');
}

const restore = defineCommand({
  name: 'restore',
  summary: 'Make an earlier version of a secret current again, or bring back a deleted one',
  operations: ['secrets.restore'],
  examples: [
    'kici-admin secret restore --scope production DB_PASSWORD 3',
    'kici-admin secret restore --scope production OLD_TOKEN',
  ],
  parameters: {
    ...at,
    version: optionalArgument('version', 'as `secret versions` shows it; default: the newest, as for a deleted secret'),
  },
  run: async (input, session) =>
    written(
      `restored ${input.version === undefined ? 'the newest version' : `version ${input.version}`} of`,
      await session.call('secrets.restore', input),
    ),
});

function written(
  verb: string,
  receipt: { scope: string; key: string; version: string; bytes?: number | undefined; updatedAt: string },
): Result {
  const length = receipt.bytes === undefined ? '' : `${count(receipt.bytes, 'byte')}, `;
  return {
    data: receipt,
    text: printable(
      `${verb} ${receipt.key} in scope ${receipt.scope}: ${length}version ${receipt.version}, ${moment(receipt.updatedAt)}`,
    ),
  };
}

const declare = defineCommand({
  name: 'declare',
  summary: 'Record the name of a secret without a value',
  operations: ['secrets.declare'],
  examples: ['kici-admin secret declare --scope production SENTRY_DSN'],
  parameters: at,
  run: async (input, session) => {
    await requireKey(input.scope, input.key);
    const data = await session.call('secrets.declare', input);
    return {
      data,
      text: printable(`declared ${data.key} in scope ${data.scope}`),
      notice: `set its value with: kici-admin secret set --scope ${printable(data.scope)} ${printable(data.key)}`,
    };
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'List the names of the secrets of a scope or a backend, or the keys of an environment',
  operations: ['secrets.list', 'resolution.catalogue'],
  examples: [
    'kici-admin secret list --environment production',
    'kici-admin secret list --scope corp-vault:apps --tree',
    'kici-admin secret list --backend corp-vault',
  ],
  parameters: {
    scope: option('--scope <scope>', 'the secrets of this scope'),
    tree: flag('--tree', 'with --scope: those of every scope below it too'),
    backend: option('--backend <backend>', 'the secrets of every scope of this backend'),
    environment: option(
      '--environment <environment>',
      'the keys of this environment, with the backend that supplies each',
    ),
    ...agentFacts,
  },
  run: async ({ scope, backend, tree, environment, ...agent }, session) => {
    if ([scope, backend, environment].filter((one) => one !== undefined).length > 1)
      throw new UsageError('--scope, --backend and --environment cannot be used together', 'choose one');
    if (tree && scope === undefined)
      throw new UsageError(
        '--tree needs --scope',
        'leave it out: a backend or an environment is always listed in full',
      );
    if (environment !== undefined) return listEnvironment({ environment, ...agent }, session);
    if (agent.host !== undefined || agent.agentId !== undefined)
      throw new UsageError('--host and --agent-id need --environment', 'a scope is the same for every agent');
    if (scope !== undefined) return listPlace({ scope, ...(tree && { tree: 'true' }) }, `scope ${scope}`, session);
    if (backend !== undefined) return listPlace({ backend }, `backend ${backend}`, session);
    throw new UsageError(
      '--scope, --backend or --environment is missing',
      'add --scope <scope>, --backend <backend> or --environment <environment>',
    );
  },
});

async function listPlace(
  input: { scope?: string; tree?: string; backend?: string },
  place: string,
  session: ApiSession,
): Promise<Result> {
  const data = await session.call('secrets.list', input);
  const rows = data.secrets.map((secret) => [
    secret.key,
    secret.scope,
    secret.code === undefined ? secret.status : `${secret.status} (${coded({ ...secret, code: secret.code })})`,
    secret.version ?? '',
    moment(secret.updatedAt),
  ]);
  const shown = listing(
    ['key', 'scope', 'status', 'version', 'updated'],
    rows,
    `no secrets in ${printable(place)}`,
    session.columns,
  );
  const unbound = data.unnameable.map((one) => printable(`cannot be bound: ${one.name}: ${one.reason}`));
  return withGaps({ data, ...shown, ...(unbound.length !== 0 && { notice: unbound.join('\n') }) }, data.unavailable);
}

async function listEnvironment(
  input: { environment: string; host: string | undefined; agentId: string | undefined },
  session: ApiSession,
): Promise<Result> {
  const data = await session.call('resolution.catalogue', input);
  const rows = data.secrets.map((one) => [
    one.key,
    one.backend,
    one.scope,
    one.version ?? '',
    one.code === undefined ? one.status : `${one.status} (${coded({ ...one, code: one.code })})`,
  ]);
  const shown = listing(
    ['key', 'backend', 'scope', 'version', 'status'],
    rows,
    `no keys in environment ${printable(input.environment)}`,
    session.columns,
  );
  return withGaps({ data, ...shown }, data.unavailable);
}

const remove = defineCommand({
  name: 'delete',
  summary: 'Delete a secret',
  operations: ['secrets.delete'],
  examples: ['kici-admin secret delete --scope production OLD_TOKEN'],
  parameters: { ...at, yes },
  run: async ({ yes: agreed, ...input }, session) => {
    await session.precheck('secrets.delete', input);
    // Without a terminal nobody can answer, and a script means what it says.
    if (session.io.stdin.isTTY === true)
      await confirm(`Delete ${printable(input.key)} in scope ${printable(input.scope)}?`, agreed, session.io);
    const data = await session.call('secrets.delete', input);
    return {
      data,
      ...(data.restorableUntil !== undefined && {
        notice: `until ${moment(data.restorableUntil)} it can be restored with: kici-admin secret restore --scope ${printable(input.scope)} ${printable(input.key)}`,
      }),
      text: printable(
        data.existed
          ? `deleted ${input.key} from scope ${input.scope}`
          : `there was no ${input.key} in scope ${input.scope}`,
      ),
    };
  },
});

const versions = defineCommand({
  name: 'versions',
  summary: 'List the versions of a secret',
  operations: ['secrets.versions'],
  examples: ['kici-admin secret versions --scope production DB_PASSWORD'],
  parameters: at,
  run: async (input, session) => {
    const data = await session.call('secrets.versions', input);
    const rows = data.versions.map((one) => [
      one.version,
      moment(one.createdAt),
      one.current ? 'current' : '',
      one.readable ? '' : 'cannot be read',
    ]);
    return {
      data,
      ...listing(
        ['version', 'created', 'current', 'note'],
        rows,
        printable(`no versions of ${input.key}`),
        session.columns,
      ),
    };
  },
});

/** `kici-admin secret …`; the grid and the import have their own files. */
export const secretCommands: CommandGroup = {
  name: 'secret',
  summary: 'Set, list and delete secrets; no command shows a value',
  commands: [set, importCommand, declare, list, grid, remove, versions, restore],
};
