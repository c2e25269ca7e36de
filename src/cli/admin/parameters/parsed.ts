import { parseDuration } from '../../duration.ts';
import { UsageError } from '../../terminal/command-error.ts';
import type { Parameter } from './parameter.ts';
import { longName, option, repeated } from './text.ts';

export function integer(flags: string, description: string): Parameter<number | undefined> {
  return converted(flags, description, (text) => {
    const number = /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    if (number === undefined)
      throw new UsageError(
        `${longName(flags)} takes a whole number, not ${JSON.stringify(text)}`,
        'write digits only, such as 10',
      );
    return number;
  });
}

/** Such as `30s`, in milliseconds. `0` means none. */
export function duration(flags: string, description: string): Parameter<number | undefined> {
  return converted(flags, description, (text) => {
    const ms = parseDuration(text);
    if (ms === undefined)
      throw new UsageError(
        `${longName(flags)} takes a duration, not ${JSON.stringify(text)}`,
        'write a number and ms, s, m, h or d, such as 30s',
      );
    return ms;
  });
}

/** A date, with or without a time, or how long ago; RFC 3339. */
export function pointInTime(flags: string, description: string): Parameter<string | undefined> {
  return converted(flags, description, (text) => {
    const ago = parseDuration(text);
    const at = ago === undefined ? Date.parse(/^\d{4}-\d\d-\d\d/.test(text) ? text : '') : Date.now() - ago;
    if (Number.isNaN(at))
      throw new UsageError(
        `${longName(flags)} takes a time, not ${JSON.stringify(text)}`,
        'write how long ago, such as 24h, or a date such as 2026-01-31 or 2026-01-31T09:00:00Z',
      );
    return new Date(at).toISOString();
  });
}

/** `true` or `false`; `undefined` if not given. */
export function truth(flags: string, description: string): Parameter<boolean | undefined> {
  const inner = option(flags, description, { choices: ['true', 'false'] });
  return {
    declare: inner.declare,
    read: (command) => {
      const word = inner.read(command);
      return word === undefined ? undefined : word === 'true';
    },
  };
}

/** `name=text`, repeatable; `undefined` if never given. An error shows the name but not the text. */
export function pairs(flags: string, description: string): Parameter<Readonly<Record<string, string>> | undefined> {
  const inner = repeated(flags, description);
  return {
    declare: inner.declare,
    read: (command) => {
      const found = new Map<string, string>();
      for (const word of inner.read(command)) {
        const equals = word.indexOf('=');
        if (equals < 1)
          throw new UsageError(
            `${longName(flags)} takes ${flags.split(' ')[1] ?? 'name=value'}`,
            'write the name, "=" and the value',
          );
        const name = word.slice(0, equals);
        if (found.has(name))
          throw new UsageError(`${longName(flags)} gives ${JSON.stringify(name)} twice`, 'give each name once');
        found.set(name, word.slice(equals + 1));
      }
      return found.size === 0 ? undefined : Object.fromEntries(found);
    },
  };
}

function converted<T>(flags: string, description: string, convert: (text: string) => T): Parameter<T | undefined> {
  const inner = option(flags, description);
  return {
    declare: inner.declare,
    read: (command) => {
      const text = inner.read(command);
      return text === undefined ? undefined : convert(text);
    },
  };
}
