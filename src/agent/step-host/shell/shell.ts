import { resolve } from 'node:path';
import { ShellError, type Shell, type ShellArgument, type ShellOptions } from '@kici-dev/sdk';
import { CallSite } from './call-site.ts';
import { Command } from './command.ts';
import { commandText, isTemplate, type CommandText } from './command-text.ts';
import { checkOptions, timeoutOf } from './options.ts';

/** `ctx.$`. @param root the project's folder: paths are shown relative to it */
export function createShell(root: string, options: ShellOptions = {}): Shell {
  function shell(pieces: TemplateStringsArray, ...values: ShellArgument[]): Command;
  function shell(more: ShellOptions): Shell;
  function shell(first: TemplateStringsArray | ShellOptions, ...values: ShellArgument[]): Command | Shell {
    if (!isTemplate(first)) {
      checkOptions(first);
      return createShell(root, { ...options, ...first });
    }
    const { input, ...others } = options;
    const { cwd, env, timeout, nothrow, quiet } = others;
    return new Command({
      text: textOrProblem(first, values),
      folder: resolve(cwd ?? ''),
      variables: definedIn(env ?? process.env),
      input,
      timeoutMs: timeoutOf(timeout),
      nothrow: nothrow ?? false,
      quiet: quiet ?? false,
      site: new CallSite(root, shell),
      shell: createShell(root, others),
    });
  }
  return shell;
}

/** An invalid command rejects when awaited, like one that fails. */
function textOrProblem(pieces: TemplateStringsArray, values: readonly unknown[]): CommandText | ShellError {
  try {
    return commandText(pieces, values);
  } catch (error) {
    if (error instanceof ShellError) return error;
    throw error;
  }
}

/** A snapshot: what is exposed later is for later commands. */
function definedIn(variables: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
