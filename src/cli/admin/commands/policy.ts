import { printable } from '../../terminal/io.ts';
import { table } from '../../terminal/table.ts';
import { defineCommand, type CommandGroup, type Result } from '../command.ts';
import { facts, moment } from '../format.ts';
import { option, repeated } from '../parameters/text.ts';
import type { OutputOf, ApiSession } from '../session.ts';

type Policy = OutputOf<'policy.show'>;
type Changed = OutputOf<'policy.set'>;

const valueEntries = ['open', 'sealed', 'off'] as const satisfies readonly Policy['valueEntry'][];
const switches = ['on', 'off'] as const satisfies readonly Policy['plainReads'][];
const subjects = 'an operation such as secrets.set, category:NAME or sensitivity:NAME (repeatable)';

const show = defineCommand({
  name: 'show',
  summary: 'Show what sessions at the dashboard may change',
  operations: ['policy.show', 'secrets.sealingKey'],
  examples: ['kici-admin policy show'],
  parameters: {},
  run: async (_, session) => {
    const data = await session.call('policy.show', {});
    const rows = data.operations.map((one) => [
      one.operation,
      one.category,
      one.sensitivity,
      one.state,
      one.rule ?? '',
      moment(one.since),
    ]);
    return {
      data,
      text: [
        facts([
          ['value entry', valueEntryText(data.valueEntry)],
          ['plain reads', plainReadsText(data.plainReads)],
          ['sealing key', `SHA-256 ${data.sealingKey.fingerprint}`],
        ]),
        table(['operation', 'category', 'sensitivity', 'dashboard', 'rule', 'since'], rows, session.columns),
      ].join('\n\n'),
    };
  },
});

function valueEntryText(state: Policy['valueEntry']): string {
  return {
    open: 'open: values are entered at the dashboard as they are',
    sealed: 'sealed: the dashboard seals values in the browser, and plain ones are refused',
    off: 'off: values are entered with kici-admin alone',
  }[state];
}

function plainReadsText(state: Policy['plainReads']): string {
  return state === 'on'
    ? 'on: tokens of the role reader are answered values as plain JSON'
    : 'off: no token is answered a plain value';
}

const set = defineCommand({
  name: 'set',
  summary: 'Switch off, or on again, what sessions at the dashboard may change',
  operations: ['policy.set'],
  examples: [
    'kici-admin policy set --disable secrets.set --disable variables.set',
    'kici-admin policy set --disable category:backends --enable backends.test',
    'kici-admin policy set --value-entry sealed',
    'kici-admin policy set --plain-reads on',
  ],
  parameters: {
    disable: repeated('--disable <what>', subjects),
    enable: repeated('--enable <what>', subjects),
    valueEntry: option('--value-entry <state>', 'how values are entered at the dashboard', { choices: valueEntries }),
    plainReads: option('--plain-reads <state>', 'whether tokens of the role reader are answered plain values', {
      choices: switches,
    }),
  },
  run: async ({ disable, enable, valueEntry, plainReads }, session) => {
    const entry = valueEntries.find((one) => one === valueEntry);
    const plain = switches.find((one) => one === plainReads);
    const data = await session.call('policy.set', {
      disable: [...disable],
      enable: [...enable],
      ...(entry !== undefined && { valueEntry: entry }),
      ...(plain !== undefined && { plainReads: plain }),
    });
    return changed(data, session);
  },
});

const reset = defineCommand({
  name: 'reset',
  summary: 'Let sessions at the dashboard change everything again',
  operations: ['policy.reset'],
  examples: ['kici-admin policy reset'],
  parameters: {},
  run: async (_, session) => changed(await session.call('policy.reset', {}), session),
});

function changed(data: Changed, session: ApiSession): Result {
  const rows = [
    ...(data.valueEntryChange === undefined
      ? []
      : [['value entry', data.valueEntryChange.from, data.valueEntryChange.to]]),
    ...(data.plainReadsChange === undefined
      ? []
      : [['plain reads', data.plainReadsChange.from, data.plainReadsChange.to]]),
    ...data.changes.map(({ operation, from, to }) => [operation, from, to]),
  ];
  const notice = loophole(data);
  return {
    data,
    ...(rows.length !== 0 && { text: table(['operation', 'from', 'to'], rows, session.columns) }),
    ...(rows.length === 0
      ? { notice: 'nothing changes: the policy said so already' }
      : notice === undefined
        ? {}
        : { notice: printable(notice) }),
  };
}

/** Whoever may issue a token at the dashboard has what no policy hinders. */
function loophole({ operations, changes }: Changed): string | undefined {
  const isOff = operations.some(({ state }) => state === 'off');
  const issues = operations.some(({ operation, state }) => operation === 'tokens.create' && state === 'on');
  return isOff && issues && changes.length > 0
    ? 'a token is never hindered, and sessions may still issue tokens: kici-admin policy set --disable tokens.create'
    : undefined;
}

/** `kici-admin policy …`. */
export const policyCommands: CommandGroup = {
  name: 'policy',
  summary: 'Show and change what sessions at the dashboard may change',
  commands: [show, set, reset],
};
