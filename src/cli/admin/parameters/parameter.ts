import type { Command } from 'commander';

/**
 * Something that a command takes, as typed data: it declares itself on a commander command, and reads its value back
 * once the command line is parsed.
 */
export interface Parameter<T> {
  readonly declare: (command: Command) => void;
  /** @throws UsageError */
  readonly read: (command: Command) => T;
}

export type Parameters = Readonly<Record<string, Parameter<unknown>>>;

/** The parameters' values, under the same names. */
export type Values<P extends Parameters> = {
  readonly [Name in keyof P]: P[Name] extends Parameter<infer T> ? T : never;
};
