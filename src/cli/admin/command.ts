import type { Command } from 'commander';
import type { OperationId } from '../../api/registry.ts';
import type { ClientErrorCode } from '../terminal/command-error.ts';
import type { Parameters, Values } from './parameters/parameter.ts';
import type { ApiSession } from './session.ts';

/** What a command found or did. */
export interface Result {
  /** What `--json` prints. */
  readonly data: unknown;
  /** Printed on stdout without `--json`. */
  readonly text?: string;
  /** For the person at the terminal, on stderr; omitted with `--json`. */
  readonly notice?: string;
  /** Set if the answer is bad news: it is printed anyway, and the exit code is 1. */
  readonly failure?: { readonly code: ClientErrorCode; readonly message: string; readonly hint: string };
}

interface Described {
  readonly name: string;
  readonly summary: string;
  /** The operations that the command is the equivalent of; none if it needs no orchestrator, or repeats another one. */
  readonly operations: readonly OperationId[];
  /** What a person would type; the simplest first. */
  readonly examples: readonly [string, ...string[]];
}

interface CommandSpec<P extends Parameters> extends Described {
  readonly parameters: P;
  readonly run: (values: Values<P>, session: ApiSession) => Promise<Result>;
}

/** A command, ready to be declared on a commander command and run from it. */
export interface AdminCommand extends Described {
  declare(command: Command): void;
  run(command: Command, session: ApiSession): Promise<Result>;
}

export interface CommandGroup {
  readonly name: string;
  readonly summary: string;
  readonly commands: readonly AdminCommand[];
}

export function defineCommand<P extends Parameters>({ parameters, run, ...described }: CommandSpec<P>): AdminCommand {
  return {
    ...described,
    declare: (command) => {
      for (const parameter of Object.values(parameters)) parameter.declare(command);
    },
    // Every parameter is read, and so checked, before the command does anything.
    run: async (command, session) => run(readAll(parameters, command), session),
  };
}

function readAll<P extends Parameters>(parameters: P, command: Command): Values<P> {
  const values = Object.fromEntries(
    Object.entries(parameters).map(([name, parameter]) => [name, parameter.read(command)]),
  );
  // Each name keeps its parameter's type, which `Object.fromEntries` forgets.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return values as Values<P>;
}
