import { confirm } from '../../terminal/confirm.ts';
import { UsageError } from '../../terminal/command-error.ts';
import { printable } from '../../terminal/io.ts';
import { fold, table } from '../../terminal/table.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { coded, count, facts, listing, moment, named, span } from '../format.ts';
import { duration, pairs, truth } from '../parameters/parsed.ts';
import { yes } from '../parameters/shared.ts';
import { argument, option, repeated, required } from '../parameters/text.ts';
import { secretSettings } from '../parameters/value.ts';
import type { OutputOf, ApiSession } from '../session.ts';
import { findType, readSettings, type BackendType } from '../settings.ts';

type Backend = OutputOf<'backends.show'>;

const name = argument('name', 'the name of the backend, as in NAME:path');
const treatment = {
  optional: truth('--optional <true|false>', 'true: jobs start without it; keys that it could supply are unavailable'),
  deadlineMs: duration(
    '--deadline <duration>',
    'how long a call to it may take, retries included, from 1s to 60s; default 10s',
  ),
  cacheMaxAgeMs: duration('--cache-max-age <duration>', 'how old a cached value may be, such as 30s; 0 caches none'),
  serveStaleMs: duration('--serve-stale <duration>', 'how old a value served during an outage may be; 0 serves none'),
};
const settings = {
  set: pairs('--set <name=value>', 'a setting, as `backend types` lists them (repeatable)'),
  secrets: secretSettings(),
};

const types = defineCommand({
  name: 'types',
  summary: 'List the types of backend that can be added, with their settings',
  operations: ['backends.types'],
  examples: ['kici-admin backend types'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('backends.types', {});
    const notice = data.problems.map((one) => printable(`${one.package}: ${one.problem}; ${one.hint}`)).join('\n');
    return {
      data,
      text: data.types.map((type) => typeText(type, session)).join('\n\n'),
      ...(notice !== '' && { notice }),
    };
  },
});

function typeText(type: BackendType, session: ApiSession): string {
  const head = [
    `${type.type}  ${type.title}${type.addable ? '' : '  (built in)'}`,
    ...fold(type.summary, (session.columns ?? 80) - 2).map((line) => `  ${line}`),
  ];
  const rows = type.settings.map((setting) => [
    setting.name,
    setting.secret ? 'secret' : setting.type,
    requirement(setting),
    meaning(setting),
  ]);
  return [
    ...head.map(printable),
    ...(rows.length === 0 ? [] : ['', table(['setting', 'type', 'needed', 'meaning'], rows, session.columns ?? 100)]),
  ].join('\n');
}

function requirement(setting: BackendType['settings'][number]): string {
  const need = setting.required ? 'yes' : setting.default === undefined ? 'no' : `default ${setting.default}`;
  return setting.when === undefined ? need : `${need}, with ${setting.when.field} ${setting.when.is.join(' or ')}`;
}

function meaning({ description, choices, example }: BackendType['settings'][number]): string {
  const sentences = [
    description.replace(/\.$/, ''),
    ...(choices === undefined ? [] : [`One of ${choices.join(', ')}`]),
    ...(example === '' ? [] : [`For example ${example}`]),
  ];
  return `${sentences.join('. ')}.`;
}

const add = defineCommand({
  name: 'add',
  summary: 'Add a backend',
  operations: ['backends.add'],
  examples: [
    'kici-admin backend add corp-vault --type vault --set address=https://vault:8200 --set mount=secret --set auth.method=approle --set auth.roleId=kici --secret auth.secretId',
  ],
  parameters: { name, type: required('--type <type>', 'as `backend types` lists them'), ...settings, ...treatment },
  run: async ({ name: backend, type, set, secrets, ...treated }, session) => {
    await session.precheck('backends.add', { name: backend });
    const known = await session.call('backends.types', {});
    const given = await readSettings(findType(known, type), set ?? {}, secrets, backend, session);
    const data = await session.call('backends.add', { name: backend, type, ...given, ...treated });
    return {
      data,
      text: `added backend ${data.name} of type ${data.type}`,
      notice: `see that it works: kici-admin backend test ${data.name}`,
    };
  },
});

const update = defineCommand({
  name: 'update',
  summary: 'Change the settings of a backend',
  operations: ['backends.update'],
  examples: [
    'kici-admin backend update corp-vault --secret auth.secretId --from-file ./secret-id',
    'kici-admin backend update corp-vault --cache-max-age 30s --optional true',
  ],
  parameters: {
    name,
    ...settings,
    unset: repeated('--unset <name>', 'a setting to take away (repeatable)'),
    ...treatment,
  },
  run: async ({ name: backend, set, secrets, unset, ...treated }, session) => {
    if (
      set === undefined &&
      secrets.length === 0 &&
      unset.length === 0 &&
      Object.values(treated).every((one) => one === undefined)
    ) {
      throw new UsageError(
        'nothing to change',
        'add --set, --secret, --unset, --optional, --deadline, --cache-max-age or --serve-stale',
      );
    }
    const current = await session.call('backends.show', { name: backend });
    const known = await session.call('backends.types', {});
    const given = await readSettings(findType(known, current.type), set ?? {}, secrets, backend, session);
    const data = await session.call('backends.update', {
      name: backend,
      ...given,
      unset: [...unset],
      ...treated,
    });
    return {
      data,
      text: `changed backend ${data.name}`,
      notice: `see that it works: kici-admin backend test ${data.name}`,
    };
  },
});

const list = defineCommand({
  name: 'list',
  summary: 'List backends with their state',
  operations: ['backends.list'],
  examples: ['kici-admin backend list'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('backends.list', {});
    const rows = data.backends.map((one) => [
      one.name,
      one.type,
      state(one),
      one.health.latencyMs === undefined ? '' : span(one.health.latencyMs),
      one.optional ? 'optional' : 'required',
      moment(one.health.lastCheckAt),
    ]);
    return {
      data,
      ...listing(['name', 'type', 'state', 'latency', 'use', 'checked'], rows, 'no backends', session.columns),
    };
  },
});

function state({ health }: Backend): string {
  if (health.failure !== undefined) return health.failure;
  return health.lastCheckAt === undefined ? 'not checked' : 'healthy';
}

const show = defineCommand({
  name: 'show',
  summary: 'Show a backend: its settings without secrets, what it can do, its state',
  operations: ['backends.show'],
  examples: ['kici-admin backend show corp-vault'],
  parameters: { name },
  run: async (input, session) => {
    const data = await session.call('backends.show', input);
    const sections = [
      facts([
        ['backend', data.name],
        ['type', data.type],
        ['state', state(data)],
        ['reason', named(data.health)],
        ['meaning', data.health.meaning],
        [
          'breaker',
          data.health.openedAt === undefined
            ? data.health.breaker
            : `${data.health.breaker} since ${moment(data.health.openedAt)}`,
        ],
        [
          'last failure',
          data.health.lastFailure === undefined
            ? undefined
            : `${coded(data.health.lastFailure)} at ${moment(data.health.lastFailure.at)}: ${data.health.lastFailure.meaning}`,
        ],
        ['next', data.health.hint ?? data.health.lastFailure?.hint],
        ['use', data.optional ? 'optional: jobs start without it' : 'required: a job fails without it'],
        ['deadline', span(data.deadlineMs)],
        ['cache', data.cacheMaxAgeMs === 0 ? 'off' : `values up to ${span(data.cacheMaxAgeMs)} old`],
        ['in an outage', data.serveStaleMs === 0 ? 'nothing is served' : `values up to ${span(data.serveStaleMs)} old`],
        ['created', moment(data.createdAt)],
        ['updated', moment(data.updatedAt)],
      ]),
      facts([
        ...Object.entries(data.settings).map(([setting, value]) => [setting, String(value)] as const),
        ...data.secretSettings.map((setting) => [setting, '(secret, set)'] as const),
      ]),
      facts(
        Object.entries(data.capabilities).map(([capability, value]) => [
          capability,
          value === true ? 'yes' : value === false ? 'no' : String(value),
        ]),
      ),
    ];
    const titled = ['', 'Settings\n', 'Capabilities\n'].flatMap((title, index) =>
      sections[index] === undefined || sections[index] === '' ? [] : [`${title}${sections[index]}`],
    );
    return { data, text: titled.join('\n\n') };
  },
});

const remove = defineCommand({
  name: 'remove',
  summary: 'Remove a backend; its store keeps its secrets',
  operations: ['backends.remove'],
  examples: ['kici-admin backend remove corp-vault --yes'],
  parameters: { name, yes },
  run: async (input, session) => {
    await session.precheck('backends.remove', { name: input.name });
    await confirm(`Remove backend ${input.name}? Jobs that use its keys will fail.`, input.yes, session.io);
    const data = await session.call('backends.remove', { name: input.name });
    return { data, text: `removed backend ${input.name}` };
  },
});

const test = defineCommand({
  name: 'test',
  summary: 'Sign in to a backend, list it, and measure',
  operations: ['backends.test'],
  examples: ['kici-admin backend test corp-vault'],
  parameters: { name },
  run: async (input, session) => {
    const data = await session.call('backends.test', input);
    const found = facts([
      ['backend', input.name],
      ['healthy', data.healthy ? 'yes' : 'no'],
      ['latency', span(data.latencyMs)],
      ['signed in as', data.identity],
      ['server', data.server],
      ['listed', data.listed === undefined ? undefined : count(data.listed, 'name')],
      ['reason', named(data)],
    ]);
    if (data.healthy) return { data, text: found };
    return {
      data,
      text: found,
      failure: {
        code: 'backend_unhealthy',
        message: `backend ${input.name} is not healthy: ${data.message ?? data.code ?? 'no code'}`,
        hint: data.hint ?? "see the orchestrator's log",
      },
    };
  },
});

const scaffold = defineCommand({
  name: 'scaffold',
  summary: 'Write a backend of your own to start from; needs no orchestrator',
  operations: [],
  examples: [
    'kici-admin backend scaffold my-store && cd my-store && npm test',
    'kici-admin backend scaffold my-store --wire http',
  ],
  parameters: {
    name: argument('name', 'its type, and the name of the new folder'),
    wire: option('--wire <protocol>', 'what it speaks with its service; without it, secrets are kept in memory', {
      choices: ['http'],
    }),
  },
  run: async (input) => {
    if (!/^[a-z][a-z0-9-]{0,62}$/.test(input.name))
      throw new UsageError(
        'a backend type starts with a lower-case letter and has at most 63 of a-z, 0-9 and "-"',
        'choose a name such as my-store',
      );
    const { scaffold: write } = await import('../scaffold/scaffold.ts');
    const data = await write(input.name, '.', input.wire === 'http' ? 'http' : 'memory');
    return {
      data,
      text: printable(`wrote ${data.folder}: ${data.files.join(', ')}`),
      notice: `prove it with: cd ${input.name} && npm install && npm test`,
    };
  },
});

/** `kici-admin backend …`. */
export const backendCommands: CommandGroup = {
  name: 'backend',
  summary: 'Add, change, test and remove backends',
  commands: [types, add, update, list, show, test, remove, scaffold],
};
