import { ShellError, type ShellArgument } from '@kici-dev/sdk';
import { noOutput } from './output.ts';

/** Longer arguments are shown as their length, since the masker could not find a secret cut in two. */
const maxShownCharacters = 400;
/** What a shell takes as one word without quotes. */
const plainWord = /^[\w/.@:=-]+$/;

export interface CommandText {
  readonly script: string;
  /** For people: as the author wrote it, with the values in `${…}`. */
  readonly shown: string;
}

/**
 * The script of `ctx.$`…``, with its values quoted for bash, and its form for logs and errors.
 * @throws ShellError (`invalid_command`) for a value that no command can take
 */
export function commandText(pieces: TemplateStringsArray, values: readonly unknown[]): CommandText {
  let script = '';
  let shown = '';
  for (const [index, piece] of pieces.entries()) {
    if (piece.includes('\0')) throw invalidCommand('its text holds a NUL byte, at which every shell would cut it');
    script += piece;
    shown += piece;
    if (index >= values.length) continue;
    const words = argumentsOf(values[index], index + 1).map(quote);
    script += words.join(' ');
    shown += words
      .map((word) => (word.length > maxShownCharacters ? `\${… ${word.length} characters}` : word))
      .join(' ');
  }
  return { script, shown: shown.trim() };
}

export function isTemplate(value: unknown): value is TemplateStringsArray {
  return Array.isArray(value) && 'raw' in value;
}

export function invalidCommand(problem: string): ShellError {
  return new ShellError('invalid_command', `the command was not run: ${problem}`, noOutput);
}

function argumentsOf(value: unknown, position: number): readonly string[] {
  return Array.isArray(value)
    ? value.map((entry: unknown) => argumentOf(entry, position))
    : [argumentOf(value, position)];
}

function argumentOf(value: unknown, position: number): string {
  const text = isArgument(value) ? textOf(value) : undefined;
  if (text === undefined) {
    const what =
      value instanceof Promise || (typeof value === 'object' && value !== null && 'then' in value)
        ? 'a promise; await it first'
        : `${value === null ? 'null' : typeof value}; write text, a number, true or false, or a list of them`;
    throw invalidCommand(`the value of its \${…} number ${position} is ${what}`);
  }
  if (text.includes('\0'))
    throw invalidCommand(
      `the value of its \${…} number ${position} holds a NUL byte, which no argument can; give it as input, or in a file`,
    );
  return text;
}

function isArgument(value: unknown): value is Exclude<ShellArgument, readonly unknown[]> {
  return (
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (typeof value === 'object' && value !== null && 'stdout' in value && typeof value.stdout === 'string')
  );
}

/** For a command's output, the same text as `$(…)`. */
function textOf(value: Exclude<ShellArgument, readonly unknown[]>): string {
  return typeof value === 'object' ? value.stdout.replace(/\n+$/, '') : String(value);
}

function quote(word: string): string {
  return plainWord.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
