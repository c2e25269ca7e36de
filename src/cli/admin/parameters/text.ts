import { Option, type Command } from 'commander';
import { UsageError } from '../../terminal/command-error.ts';
import type { Parameter } from './parameter.ts';

/** A positional word, such as `<key>`. */
export function argument(name: string, description: string): Parameter<string> {
  return {
    declare: (command) => {
      command.argument(`<${name}>`, description);
    },
    read: (command) => command.args[command.registeredArguments.findIndex((one) => one.name() === name)] ?? '',
  };
}

/** An optional positional word. */
export function optionalArgument(name: string, description: string): Parameter<string | undefined> {
  return {
    declare: (command) => {
      command.argument(`[${name}]`, description);
    },
    read: (command) => command.args[command.registeredArguments.findIndex((one) => one.name() === name)],
  };
}

export function flag(flags: string, description: string): Parameter<boolean> {
  return {
    declare: (command) => {
      command.addOption(new Option(flags, description));
    },
    read: (command) => command.getOptionValue(new Option(flags).attributeName()) === true,
  };
}

export interface OptionSettings {
  readonly choices?: readonly string[];
  /** Accepted, but not shown in help. */
  readonly hidden?: boolean;
}

/** A repeatable option. */
export function repeated(
  flags: string,
  description: string,
  settings: OptionSettings = {},
): Parameter<readonly string[]> {
  return {
    declare: (command) => {
      const declared = new Option(flags, description).argParser((word: string, before: unknown) => [
        ...words(before),
        word,
      ]);
      if (settings.choices !== undefined) declared.argChoices = [...settings.choices];
      command.addOption(settings.hidden === true ? declared.hideHelp() : declared);
    },
    read: (command) => {
      const given = wordsOf(command, flags);
      const wrong =
        settings.choices === undefined ? undefined : given.find((word) => settings.choices?.includes(word) !== true);
      if (wrong !== undefined)
        throw new UsageError(
          `${longName(flags)} does not take ${JSON.stringify(wrong)}`,
          `choose one of ${settings.choices?.join(', ') ?? ''}`,
        );
      return given;
    },
  };
}

/** An option that may be given once. */
export function option(
  flags: string,
  description: string,
  settings: OptionSettings = {},
): Parameter<string | undefined> {
  const many = repeated(flags, description, settings);
  return {
    declare: many.declare,
    read: (command) => {
      const [first, ...more] = many.read(command);
      if (more.length > 0) throw new UsageError(`${longName(flags)} is given more than once`, 'give it once');
      return first;
    },
  };
}

export function required(flags: string, description: string, settings: OptionSettings = {}): Parameter<string> {
  const inner = option(flags, `${description} (required)`, settings);
  return {
    declare: inner.declare,
    read: (command) => {
      const word = inner.read(command);
      if (word === undefined) throw new UsageError(`${longName(flags)} is missing`, `add ${flags}`);
      return word;
    },
  };
}

/** `--scope` of `--scope <scope>`. */
export function longName(flags: string): string {
  return new Option(flags).long ?? flags;
}

function wordsOf(command: Command, flags: string): readonly string[] {
  return words(command.getOptionValue(new Option(flags).attributeName()));
}

function words(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((word) => typeof word === 'string') : [];
}
