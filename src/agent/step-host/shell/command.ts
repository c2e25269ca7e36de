import { PassThrough } from 'node:stream';
import { ShellError, type Shell, type ShellArgument, type ShellOutput, type ShellPromise } from '@kici-dev/sdk';
import type { CallSite } from './call-site.ts';
import { invalidCommand, isTemplate, type CommandText } from './command-text.ts';
import { exitCodeOf, failureOf, reasonOf, signalOf } from './failure.ts';
import { noOutput, OutputRecorder } from './output.ts';

/** How many lines of error output a failure shows. */
const shownErrorLines = 10;
/** The exit code when the reader wanted no more, which is not a failure. */
const brokenPipe = 141;

export interface CommandRequest {
  /** Or why it cannot be run. */
  readonly text: CommandText | ShellError;
  readonly folder: string;
  readonly variables: Readonly<Record<string, string>>;
  readonly input: string | Uint8Array | undefined;
  readonly timeoutMs: number | undefined;
  readonly nothrow: boolean;
  readonly quiet: boolean;
  readonly site: CallSite;
  /** Makes the command that reads this one's output, with the same options. */
  readonly shell: Shell;
}

interface Ended {
  readonly output: ShellOutput;
  readonly failure: ShellError | undefined;
}

/** Starts only when the code that made it yields: by then its input and its logging are settled. */
export class Command implements ShellPromise {
  readonly #request: CommandRequest;
  readonly #ended: Promise<Ended>;
  readonly #result: Promise<ShellOutput>;
  #nothrow: boolean;
  #quiet: boolean;
  #started = false;
  /** The command whose output it reads. */
  #source: Command | undefined;
  /** Connects that one to this one. */
  #stdin: PassThrough | undefined;
  /** Connects this one to the command that reads its output. */
  #pipe: PassThrough | undefined;

  constructor(request: CommandRequest) {
    this.#request = request;
    this.#nothrow = request.nothrow;
    this.#quiet = request.quiet;
    this.#ended = Promise.resolve().then(async () => this.#run());
    this.#result = this.#settle();
  }

  // oxlint-disable-next-line unicorn/no-thenable -- awaiting a command is what it is for
  async then<R = ShellOutput, E = never>(
    onFulfilled?: ((output: ShellOutput) => R | PromiseLike<R>) | null,
    onRejected?: ((reason: unknown) => E | PromiseLike<E>) | null,
  ): Promise<R | E> {
    return this.#result.then(onFulfilled, onRejected);
  }

  async catch<T>(onRejected: (reason: unknown) => T | PromiseLike<T>): Promise<ShellOutput | T> {
    return this.#result.catch(onRejected);
  }

  async finally(onFinally: () => void): Promise<ShellOutput> {
    return this.#result.finally(onFinally);
  }

  nothrow(): this {
    this.#nothrow = true;
    return this;
  }

  quiet(): this {
    this.#quiet = true;
    return this;
  }

  async text(): Promise<string> {
    return (await this.#result).text();
  }

  async lines(): Promise<string[]> {
    return (await this.#result).lines();
  }

  async json(): Promise<unknown> {
    return (await this.#result).json();
  }

  pipe(to: ShellPromise | TemplateStringsArray, ...values: ShellArgument[]): ShellPromise {
    const reader = isTemplate(to) ? this.#request.shell(to, ...values) : to;
    if (!(reader instanceof Command))
      throw invalidCommand('pipe() takes another command; to write to a file, redirect with > in the command itself');
    if (this.#pipe !== undefined || reader.#source !== undefined || reader.#request.input !== undefined)
      throw invalidCommand('pipe() joins one output with one input; use tee or cat for more');
    if (this.#started || reader.#started)
      throw invalidCommand(
        'pipe() was called too late: one of the commands is already running; join them where they are created',
      );
    reader.#source = this;
    this.#pipe = new PassThrough();
    reader.#stdin = this.#pipe;
    // Awaiting the reader reports the failure.
    this.#result.catch(() => undefined);
    return reader;
  }

  async #settle(): Promise<ShellOutput> {
    const { output, failure } = await this.#ended;
    if (failure === undefined || (this.#nothrow && failure.code !== 'invalid_command')) return output;
    throw failure;
  }

  async #run(): Promise<Ended> {
    this.#started = true;
    const { text } = this.#request;
    if (text instanceof ShellError) {
      this.#pipe?.end();
      this.#stdin?.destroy();
      return { output: noOutput, failure: text };
    }
    const own = await this.#execute(text);
    if (this.#source === undefined || own.failure !== undefined) return own;
    return { output: own.output, failure: await this.#source.#failure() };
  }

  /** For the command that read its output, to the end or as far as it wanted. */
  async #failure(): Promise<ShellError | undefined> {
    const { failure } = await this.#ended;
    return this.#nothrow || failure?.exitCode === brokenPipe ? undefined : failure;
  }

  async #execute(text: CommandText): Promise<Ended> {
    const { folder, variables, input, timeoutMs, site } = this.#request;
    const { script, shown } = text;
    if (!this.#quiet) process.stderr.write(`$ ${shown}\n`);
    const recorder = new OutputRecorder();
    // Loaded here so that only steps that run a command wait for it.
    const { execute } = await import('./execute.ts');
    const { ending, timedOut } = await execute({
      script,
      folder,
      variables,
      input: this.#stdin ?? input,
      pipe: this.#pipe,
      timeoutMs,
      onOutput: (stream, bytes) => {
        recorder.add(stream, bytes);
        if (!this.#quiet && (stream === 'stderr' || this.#pipe === undefined)) process[stream].write(bytes);
      },
    });
    const reason = ending.kind === 'not_started' ? reasonOf(ending.error, { folder, script, variables }) : undefined;
    // Code that ignores failures finds the reason where a shell would print it.
    if (reason !== undefined) recorder.add('stderr', Buffer.from(`${reason}\n`));
    const output = recorder.end(exitCodeOf(ending), signalOf(ending));
    if (output.exitCode === 0 && !timedOut) return { output, failure: undefined };
    const failure = failureOf({
      shown,
      ending,
      output,
      reason,
      timeoutMs: timedOut ? timeoutMs : undefined,
      errorLines: reason === undefined ? recorder.lastErrorLines(shownErrorLines) : [],
      site,
    });
    return { output, failure };
  }
}
