import { CommandError, UsageError } from '../../terminal/command-error.ts';
import { printable } from '../../terminal/io.ts';
import { defineCommand, type CommandGroup } from '../command.ts';
import { count, listing, moment } from '../format.ts';
import { environmentByAnyName } from '../parameters/shared.ts';
import { argument, flag } from '../parameters/text.ts';
import { valueFlags } from '../parameters/value.ts';

const at = { environment: environmentByAnyName(), name: argument('key', 'the name of the variable') };

const set = defineCommand({
  name: 'set',
  summary: 'Set a variable of an environment',
  operations: ['variables.set'],
  examples: [
    'kici-admin variable set --environment production LOG_LEVEL --value info',
    'kici-admin variable set --environment production REGION --value eu-1 --locked',
  ],
  parameters: {
    ...at,
    lock: flag('--locked', 'the dashboard cannot change it from now on'),
    unlock: flag('--unlock', 'the dashboard can change it again'),
    value: valueFlags(),
  },
  run: async ({ environment, name, lock, unlock, value }, session) => {
    if (lock && unlock)
      throw new UsageError(
        '--locked and --unlock cannot be used together',
        'choose one; with neither, a lock stays as it is',
      );
    await session.precheck('variables.set', { environment, name });
    const { bytes, fingerprint } = await session.readValue(value, name);
    const text = asText(bytes, name);
    if (value.dryRun === true) {
      return {
        data: { dryRun: true, environment, name, bytes: bytes.byteLength, sha256: fingerprint },
        text: `[dry-run] would set ${name} in environment ${environment} sha256=${fingerprint}`,
      };
    }
    const view = await session.call('variables.set', {
      environment,
      name,
      value: text,
      ...((lock || unlock) && { locked: lock }),
    });
    const state = view.locked ? ', locked' : '';
    const { locked, wasLocked, updatedAt } = view;
    return {
      data: { environment, name, bytes: bytes.byteLength, locked, wasLocked, updatedAt },
      ...(wasLocked && { notice: `${name} was locked, and ${locked ? 'still is' : 'is no longer'}` }),
      text: `set ${name} in environment ${environment}: ${count(bytes.byteLength, 'byte')}${state}, ${moment(view.updatedAt)}`,
    };
  },
});

function asText(bytes: Uint8Array, name: string): string {
  const hint = 'store it as a secret: secrets take any bytes';
  if (bytes.includes(0))
    throw new CommandError(
      'not_text',
      `the value of ${name} has a NUL byte, which no environment variable can hold`,
      hint,
    );
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new CommandError('not_text', `the value of ${name} is not UTF-8 text, but a variable must be`, hint);
  }
}

const list = defineCommand({
  name: 'list',
  summary: 'List the variables of an environment with their values',
  operations: ['variables.list'],
  examples: ['kici-admin variable list --environment production'],
  parameters: { environment: at.environment },
  run: async (input, session) => {
    const data = await session.call('variables.list', input);
    const rows = data.variables.map((one) => [
      one.name,
      oneLine(one.value),
      one.locked ? 'locked' : '',
      moment(one.updatedAt),
    ]);
    return {
      data,
      ...listing(
        ['name', 'value', 'locked', 'updated'],
        rows,
        `no variables in environment ${printable(input.environment)}`,
        session.columns,
      ),
    };
  },
});

/** JSON if it does not fit on one line otherwise. */
function oneLine(value: string): string {
  return printable(value) === value ? value : JSON.stringify(value);
}

const remove = defineCommand({
  name: 'delete',
  summary: 'Delete a variable of an environment',
  operations: ['variables.delete'],
  examples: ['kici-admin variable delete --environment production LOG_LEVEL'],
  parameters: at,
  run: async (input, session) => {
    const data = await session.call('variables.delete', input);
    return {
      data,
      text: data.existed
        ? `deleted ${input.name} from environment ${input.environment}`
        : `there was no ${input.name} in environment ${input.environment}`,
    };
  },
});

/** `kici-admin variable …`. */
export const variableCommands: CommandGroup = {
  name: 'variable',
  summary: 'Set, list and delete plain variables of environments',
  commands: [set, list, remove],
};
