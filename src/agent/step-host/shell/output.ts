import { inspect } from 'node:util';
import { ShellError, type ShellOutput } from '@kici-dev/sdk';

/** Both streams of a command together; the log holds everything. */
export const maxKeptBytes = 134_217_728;
const tailBytes = 65_536;

interface Chunk {
  readonly stream: 'stdout' | 'stderr';
  readonly bytes: Buffer;
}

export class OutputRecorder {
  #chunks: Chunk[] = [];
  #kept = 0;
  #overflown = false;
  #tail = Buffer.alloc(0);
  #cut = false;

  add(stream: 'stdout' | 'stderr', bytes: Buffer): void {
    if (stream === 'stderr') this.#addToTail(bytes);
    if (this.#overflown) return;
    this.#kept += bytes.byteLength;
    this.#overflown = this.#kept > maxKeptBytes;
    if (this.#overflown) this.#chunks = [];
    else this.#chunks.push({ stream, bytes });
  }

  /** The last complete lines of the error output: the masker finds only what is whole. */
  lastErrorLines(most: number): readonly string[] {
    const text = this.#tail.toString('utf8').trimEnd();
    return text === ''
      ? []
      : text
          .split('\n')
          .slice(this.#cut ? 1 : 0)
          .slice(-most);
  }

  end(exitCode: number, signal: string | null): ShellOutput {
    return new Output(this.#overflown ? undefined : this.#chunks, exitCode, signal);
  }

  #addToTail(bytes: Buffer): void {
    const all = Buffer.concat([this.#tail, bytes]);
    this.#cut ||= all.byteLength > tailBytes;
    this.#tail = all.subarray(-tailBytes);
  }
}

class Output implements ShellOutput {
  readonly exitCode: number;
  readonly signal: string | null;
  readonly #chunks: readonly Chunk[] | undefined;

  constructor(chunks: readonly Chunk[] | undefined, exitCode: number, signal: string | null) {
    this.#chunks = chunks;
    this.exitCode = exitCode;
    this.signal = signal;
  }

  get stdout(): string {
    return this.#read('stdout');
  }

  get stderr(): string {
    return this.#read('stderr');
  }

  text(): string {
    return this.#read('stdout', 'stderr');
  }

  lines(): string[] {
    const text = this.text();
    return text === '' ? [] : text.replace(/\r?\n$/, '').split(/\r?\n/);
  }

  json(): unknown {
    return JSON.parse(this.stdout);
  }

  toString(): string {
    return this.text().trimEnd();
  }

  [inspect.custom](): string {
    const { exitCode, signal } = this;
    const printed = this.#chunks === undefined ? {} : { stdout: this.stdout, stderr: this.stderr };
    return `ShellOutput ${inspect({ exitCode, ...(signal !== null && { signal }), ...printed })}`;
  }

  #read(...streams: readonly ('stdout' | 'stderr')[]): string {
    if (this.#chunks === undefined) {
      throw new ShellError(
        'output_too_large',
        `the command printed more than ${maxKeptBytes} bytes, too many to keep; redirect its output to a file with > and read that`,
        noOutput,
      );
    }
    return Buffer.concat(
      this.#chunks.filter(({ stream }) => streams.includes(stream)).map(({ bytes }) => bytes),
    ).toString('utf8');
  }
}

/** For a command that never ran. */
export const noOutput: ShellOutput = new Output([], 126, null);
