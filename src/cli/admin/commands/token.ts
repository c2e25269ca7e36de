import { UsageError } from '../../terminal/command-error.ts';
import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { listing, moment } from '../format.ts';
import { duration, pairs } from '../parameters/parsed.ts';
import { argument, flag, option, repeated, required } from '../parameters/text.ts';

const roles = ['owner', 'admin', 'auditor', 'author', 'agent', 'reader'] as const satisfies readonly Role[];
type Role = import('../../../api/roles.ts').Role;

function isRole(text: string): text is Role {
  return roles.some((role) => role === text);
}

const create = defineCommand({
  name: 'create',
  summary: 'Issue a token; it is shown once, only on stdout',
  operations: ['tokens.create'],
  examples: [
    'kici-admin token create ci --role author --environment production --lifetime 90d > token',
    'kici-admin token create eso --role reader --environment production --lifetime 90d > token',
    'kici-admin token create runner-1 --role agent --agent-id runner-1 --agent-host build-1 --label os=linux > token',
  ],
  parameters: {
    name: argument('name', 'what it is for, as `token list` shows it'),
    role: required('--role <role>', 'what it may do', { choices: roles }),
    scopes: repeated('--scope <pattern>', 'narrow it to scopes that match (repeatable)'),
    environments: repeated('--environment <environment>', 'narrow it to an environment (repeatable)'),
    allEnvironments: flag(
      '--all-environments',
      'lets a reader read every environment; without it, it has to name what it reads',
    ),
    lifetimeMs: duration('--lifetime <duration>', 'such as 12h or 90d; without it, it does not expire'),
    agentId: option('--agent-id <id>', 'the agent that will hold it'),
    agentHost: option('--agent-host <host>', 'with --agent-id: its host, as bindings see it'),
    labels: pairs('--label <name=value>', 'with --agent-id: a label of it (repeatable)'),
  },
  run: async (
    { name, role, scopes, environments, allEnvironments, lifetimeMs, agentId, agentHost, labels },
    session,
  ) => {
    if (!isRole(role))
      throw new UsageError(`there is no role ${JSON.stringify(role)}`, `choose one of ${roles.join(', ')}`);
    if (agentId === undefined && (agentHost !== undefined || labels !== undefined))
      throw new UsageError('--agent-host and --label need --agent-id', 'add --agent-id <id>');
    const data = await session.call('tokens.create', {
      name,
      role,
      lifetimeMs,
      ...(scopes.length !== 0 && { scopes: [...scopes] }),
      ...(environments.length !== 0 && { environments: [...environments] }),
      ...(allEnvironments && { allEnvironments }),
      ...(agentId !== undefined && { agent: { id: agentId, host: agentHost, labels } }),
    });
    const end = data.expiresAt === undefined ? 'does not expire' : `expires ${moment(data.expiresAt)}`;
    return {
      data,
      text: data.token,
      notice: printable(`token ${data.id} (${data.name}, ${data.role}) ${end}; it is not shown again`),
    };
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'List tokens, without their secrets',
  operations: ['tokens.list'],
  examples: ['kici-admin token list'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('tokens.list', {});
    const rows = data.tokens.map((one) => [
      one.id,
      one.name,
      one.role,
      one.expiresAt === undefined ? 'never' : moment(one.expiresAt),
      limits(one),
    ]);
    return { data, ...listing(['id', 'name', 'role', 'expires', 'limited to'], rows, 'no tokens', session.columns) };
  },
});

function limits(token: {
  scopes?: readonly string[] | undefined;
  environments?: readonly string[] | undefined;
  agent?: { id: string } | undefined;
}): string {
  return [
    ...(token.agent === undefined ? [] : [`agent ${token.agent.id}`]),
    ...(token.environments ?? []).map((name) => `environment ${name}`),
    ...(token.scopes ?? []).map((pattern) => `scope ${pattern}`),
  ].join(', ');
}

const revoke = defineCommand({
  name: 'revoke',
  summary: 'Revoke a token at once',
  operations: ['tokens.revoke'],
  examples: ['kici-admin token revoke ci', 'kici-admin token revoke TOKEN_ID'],
  parameters: { token: argument('token', 'its name or its id, as `token list` shows them; not the token itself') },
  run: async ({ token }, session) => {
    if (token.startsWith('kici_'))
      throw new UsageError(
        'the argument is the token itself',
        'give its name or its id, as `kici-admin token list` shows them',
      );
    const data = await session.call('tokens.revoke', { id: token });
    return { data, text: printable(`revoked token ${token}`) };
  },
});

/** `kici-admin token …`. */
export const tokenCommands: CommandGroup = {
  name: 'token',
  summary: 'Issue, list and revoke tokens',
  commands: [create, list, revoke],
};
