import type { Operation } from './operation.ts';

/**
 * The whole command that does the same, ready to paste into a shell.
 * @param input the known part of the operation's input; what else the command needs is shown in capitals
 * @param more flags that only the command line has, with their words
 */
export function commandLine(
  { command, commandArguments = {} }: Pick<Operation, 'command' | 'commandArguments'>,
  organization: string,
  input: Readonly<Record<string, unknown>>,
  more: readonly string[] = [],
): string | undefined {
  if (command === undefined) return undefined;
  const entries = Object.entries(commandArguments);
  const flags = entries.flatMap(([field, flag]) => (isFlag(flag) ? flagWords(flag, field, input[field]) : []));
  const positions = entries.flatMap(([field, flag]) => (isFlag(flag) ? [] : position(flag, field, input[field])));
  const org = ['--org', shellWord(organization)];
  // Readers look for the name first, but a value that looks like a flag must come last.
  const tail = positions.some((word) => /^['$]*-/.test(word)) ? [...org, '--', ...positions] : [...positions, ...org];
  return [command, ...flags, ...tail, ...more.map(shellWord)].join(' ');
}

function isFlag(flag: string): boolean {
  return flag.startsWith('--');
}

function position(declared: string, field: string, value: unknown): string[] {
  if (typeof value === 'string' && value !== '') return [shellWord(value)];
  return declared === '?' ? [] : [placeholder(field)];
}

function flagWords(declared: string, field: string, value: unknown): string[] {
  const [flag = '', unset] = declared.replace(/[!=]$/, '').split('|');
  if (value === undefined || (value === '' && declared.endsWith('!')))
    return declared.endsWith('!') ? [flag, placeholder(field)] : [];
  if (typeof value === 'boolean')
    return declared.endsWith('=') ? [flag, String(value)] : value ? [flag] : unset === undefined ? [] : [unset];
  if (typeof value === 'number') return [flag, field.endsWith('Ms') ? duration(value) : String(value)];
  if (Array.isArray(value)) return value.flatMap((one) => [flag, shellWord(String(one))]);
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, word]) => [flag, shellWord(`${name}=${String(word)}`)]);
  return typeof value === 'string' ? [flag, shellWord(value)] : [];
}

const units = Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 });

/** In the largest unit of which it is a whole number. */
function duration(ms: number): string {
  const [unit, size] = units.find(([, one]) => ms > 0 && ms % one === 0) ?? ['ms', 1];
  return `${ms / size}${unit}`;
}

function placeholder(field: string): string {
  return field.replace(/[A-Z]/g, '_$&').toUpperCase();
}

/** One word to sh, bash and zsh, with control characters escaped, since a terminal acts on pasted ones. */
export function shellWord(text: string): string {
  if (/^[A-Za-z0-9_./:@%+,=-]+$/.test(text)) return text;
  // oxlint-disable-next-line no-control-regex -- these are what it searches for
  if (!/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/.test(text))
    return `'${text.replaceAll("'", String.raw`'\''`)}'`;
  const escaped = Array.from(new TextEncoder().encode(text), (byte) =>
    byte >= 0x20 && byte < 0x7f && byte !== 0x27 && byte !== 0x5c
      ? String.fromCharCode(byte)
      : String.raw`\x${byte.toString(16).padStart(2, '0')}`,
  );
  return `$'${escaped.join('')}'`;
}
