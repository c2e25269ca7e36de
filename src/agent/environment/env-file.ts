import { variableNameProblem } from '../../api/variable-names.ts';
import { variableSizeProblem } from './variable-size.ts';

export interface Assignment {
  readonly name: string;
  readonly value: string;
}

/** A line of the file that `$KICI_ENV` names is invalid. Never quotes the line: it may hold a secret. */
export class EnvFileError extends Error {
  override readonly name = 'EnvFileError';
  readonly line: number;

  constructor(line: number, problem: string) {
    super(`line ${line} of the file that $KICI_ENV names ${problem}`);
    this.line = line;
  }
}

/**
 * Parses `KEY=value` with the value as it stands, and `KEY<<DELIMITER`, lines, `DELIMITER`. Blank lines and comments
 * are ignored. A line ends with LF or CRLF.
 * @throws EnvFileError
 */
export function parseEnvFile(bytes: Uint8Array): readonly Assignment[] {
  const lines = decodeLines(bytes);
  const assignments: Assignment[] = [];
  for (let index = 0; index < lines.length; index += 1) {
    const whole = lines[index] ?? '';
    const number = index + 1;
    if (whole.startsWith('\uFEFF'))
      throw new EnvFileError(number, 'starts with a byte order mark (BOM); write the file as UTF-8 without one');
    if (/^\s*(#|$)/.test(whole)) continue;
    const line = withoutReturn(whole);
    if (line.includes('\0')) throw new EnvFileError(number, 'holds a NUL byte');
    const [, name, operator, rest] = /^([^=]*?)(=|<<)(.*)$/s.exec(line) ?? [];
    if (name === undefined || rest === undefined)
      throw new EnvFileError(number, 'is neither KEY=value nor KEY<<DELIMITER');
    requireName(name, number);
    if (operator === '=') {
      requireSize(number, name, rest);
      assignments.push({ name, value: rest });
      continue;
    }
    if (rest === '') throw new EnvFileError(number, 'starts a block without a delimiter');
    // A block whose first line ends with CRLF uses it throughout; any other keeps its lines as they are.
    const read = whole === line ? (text: string) => text : withoutReturn;
    const length = lines.slice(index + 1).findIndex((text) => read(text) === rest);
    if (length < 0) throw new EnvFileError(number, 'starts a block that its delimiter never ends');
    const value = lines
      .slice(index + 1, index + 1 + length)
      .map(read)
      .join('\n');
    if (value.includes('\0')) throw new EnvFileError(number, 'starts a block that holds a NUL byte');
    requireSize(number, name, value);
    assignments.push({ name, value });
    index += 1 + length;
  }
  return assignments;
}

/** @throws EnvFileError */
function requireName(name: string, number: number): void {
  if (/^\s*export\s/.test(name))
    throw new EnvFileError(
      number,
      "starts with export, which belongs to shells; write KEY=value, and the value without a shell's quotes",
    );
  const problem = variableNameProblem(name);
  if (problem?.code === 'invalid_variable')
    throw new EnvFileError(number, 'does not start with a name that a shell can read');
  if (problem !== undefined) throw new EnvFileError(number, `is refused: ${problem.message}`);
}

function withoutReturn(line: string): string {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** @throws EnvFileError */
function requireSize(line: number, name: string, value: string): void {
  const problem = variableSizeProblem(name, value);
  if (problem !== undefined) throw new EnvFileError(line, `is refused: ${problem}`);
}

/** One assignment as a block. The value must not contain the delimiter as a line. */
export function formatAssignment({ name, value }: Assignment, delimiter: string): string {
  return `${name}<<${delimiter}\n${value}\n${delimiter}\n`;
}

function decodeLines(bytes: Uint8Array): string[] {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  try {
    return decoder.decode(bytes).split('\n');
  } catch {
    throw new EnvFileError(firstUndecodable(bytes), 'is not UTF-8 text');
  }
}

function firstUndecodable(bytes: Uint8Array): number {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  let number = 0;
  for (let start = 0; start <= bytes.byteLength; number += 1) {
    const feed = bytes.indexOf(0x0a, start);
    const end = feed < 0 ? bytes.byteLength : feed;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return number + 1;
    }
    start = end + 1;
  }
  return number;
}
