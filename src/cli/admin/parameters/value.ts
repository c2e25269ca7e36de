import { Option, type Command } from 'commander';
import { UsageError } from '../../terminal/command-error.ts';
import type { ValueFlags } from '../../value-input/value-input.ts';
import type { Parameter } from './parameter.ts';

interface ValueOption {
  readonly flags: string;
  readonly description: string;
  gives(word: string): ValueFlags;
}

const sources: readonly ValueOption[] = [
  { flags: '--prompt', description: 'ask without echo (the default on a terminal)', gives: () => ({ prompt: true }) },
  {
    flags: '--from-stdin',
    description: 'read standard input (the default in a pipe)',
    gives: () => ({ fromStdin: true }),
  },
  { flags: '--from-file <path>', description: 'read a file', gives: (path) => ({ fromFile: path }) },
  {
    flags: '--from-env <variable>',
    description: 'read an environment variable of this command',
    gives: (name) => ({ fromEnv: name }),
  },
  {
    flags: '--value <value>',
    description: 'take it from the command line (discouraged: visible in shell history)',
    gives: (value) => ({ value }),
  },
  { flags: '--trim', description: 'remove one line end, whatever the value', gives: () => ({ trim: true }) },
  { flags: '--no-trim', description: 'keep the line end of a one-line value', gives: () => ({ trim: false }) },
  { flags: '--allow-empty', description: 'accept an empty value', gives: () => ({ allowEmpty: true }) },
  {
    flags: '--confirm-fingerprint <sha256>',
    description: 'refuse unless this is the SHA-256 of the bytes to be stored, hex',
    gives: (hex) => ({ confirmFingerprint: hex }),
  },
];
const rehearsal: ValueOption = {
  flags: '--dry-run',
  description: 'check everything, print what would be set, and write nothing',
  gives: () => ({ dryRun: true }),
};

/** The five input modes and their companions, for the one value that a command sets. */
export function valueFlags(): Parameter<ValueFlags> {
  const options = [...sources, rehearsal];
  const recorder = new Recorder(options.map(({ flags, description }) => new Option(flags, description)));
  return {
    declare: (command) => {
      recorder.declare(command);
    },
    read: (command) => combine(options, recorder.read(command)),
  };
}

export interface SecretSetting {
  readonly name: string;
  readonly flags: ValueFlags;
}

/** `--secret NAME`, repeatable; the input mode after each says where its value comes from. */
export function secretSettings(): Parameter<readonly SecretSetting[]> {
  const secret = new Option(
    '--secret <name>',
    'a secret setting; its input mode follows it; a prompt by default (repeatable)',
  );
  const recorder = new Recorder([
    secret,
    ...sources.map(({ flags, description }) => new Option(flags, `for the --secret before it: ${description}`)),
  ]);
  return {
    declare: (command) => {
      recorder.declare(command);
    },
    read: (command) => {
      const groups: { readonly name: string; readonly given: Given[] }[] = [];
      for (const given of recorder.read(command)) {
        if (given.flag === '--secret') groups.push({ name: settingName(given.word), given: [] });
        else if (groups.length === 0)
          throw new UsageError(`${given.flag} comes before any --secret`, `write --secret <name> ${given.flag}`);
        else groups.at(-1)?.given.push(given);
      }
      const twice = groups.find(({ name }, index) => groups.findIndex((one) => one.name === name) !== index);
      if (twice !== undefined) throw new UsageError(`--secret gives ${twice.name} twice`, 'give each setting once');
      return groups.map(({ name, given }) => ({ name, flags: combine(sources, given) }));
    },
  };
}

/** Whoever writes `--secret name=value` has put a secret into that word, so it is not shown. */
function settingName(word: string): string {
  if (!/^[A-Za-z][A-Za-z0-9.]*$/.test(word))
    throw new UsageError(
      '--secret takes only the name of a setting',
      'write --secret <name>, then one of --prompt, --from-stdin, --from-file, --from-env',
    );
  return word;
}

function combine(options: readonly ValueOption[], given: readonly Given[]): ValueFlags {
  const twice = given.find(({ flag }, index) => given.findIndex((one) => one.flag === flag) !== index);
  if (twice !== undefined) throw new UsageError(`${twice.flag} is given more than once`, 'give it once');
  if (given.some(({ flag }) => flag === '--trim') && given.some(({ flag }) => flag === '--no-trim'))
    throw new UsageError('--trim and --no-trim cannot be used together', 'choose one');
  const parts = given.flatMap(({ flag, word }) =>
    options.filter(({ flags }) => flags.split(' ')[0] === flag).map((one) => one.gives(word)),
  );
  return Object.assign({}, ...parts);
}

interface Given {
  readonly flag: string;
  readonly word: string;
}

/** Options in the order they were typed, which commander does not keep. */
class Recorder {
  readonly #options: readonly Option[];
  readonly #given = new WeakMap<Command, Given[]>();

  constructor(options: readonly Option[]) {
    this.#options = options;
  }

  declare(command: Command): void {
    const given: Given[] = [];
    this.#given.set(command, given);
    for (const option of this.#options) {
      command.addOption(option);
      command.on(`option:${option.name()}`, (word: unknown) => {
        given.push({ flag: option.long ?? option.flags, word: typeof word === 'string' ? word : '' });
      });
    }
  }

  read(command: Command): readonly Given[] {
    return this.#given.get(command) ?? [];
  }
}
