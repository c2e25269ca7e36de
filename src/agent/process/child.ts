import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { json } from 'node:stream/consumers';
import { PassThrough, pipeline, type Duplex, type Readable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';
import type { LaunchCommand } from '../sandbox/profile.ts';
import { isGroupAlive } from './process-status.ts';
import { StoppableTimer } from './stoppable-timer.ts';

export interface ExitStatus {
  readonly code: number | null;
  /** Its name. */
  readonly signal: string | null;
  /** Why it never started. */
  readonly failure?: string;
}

/** How long a group may take to end once it is told to. */
const graceMs = 5_000;
/** How long the system may take to end a killed process. */
const deathMs = 2_000;
/** How often its end is checked. */
const lookMs = 20;
/**
 * A process that left the group may hold the output open after the group is gone. It is read until so many looks in a
 * row have found it silent, which is for a second. Looks, not time: between two of them everything is read that is
 * there, however long this process was stopped.
 */
const silentLooks = 1_000 / lookMs;
/** at most until so many looks, which is for five seconds, */
const drainLooks = 5_000 / lookMs;
/**
 * and at most this much, since nothing slows the writer down any more. Everything that the group had written by its end
 * comes before.
 */
const drainBytes = 16_777_216;

/** A process that leads its own group. */
export class Child {
  #stdout: Readable;
  #stderr: Readable;
  /** Descriptor 3 of the process, unless the command uses a socket as its channel. */
  readonly pipe: Duplex | undefined;
  /** Resolves when the process and its group are gone and its output has ended. */
  readonly gone: Promise<ExitStatus>;
  /** Resolves when the process itself has ended or could not be started. */
  readonly ended: Promise<ExitStatus>;
  readonly #pid: number | undefined;
  /** How many bytes of output have arrived. */
  readonly #heard: () => number;
  /** The group to signal, if the process only wraps another. */
  #inside: number | undefined;
  #hasEnded = false;
  #wasKilledByOthers = false;
  #isTold = false;
  #isGone = false;
  /** When the group is killed, as `performance.now()` counts. */
  #latest = Number.POSITIVE_INFINITY;
  #timer = new StoppableTimer(graceMs, () => {
    this.#runOut();
  });
  /** How many bytes had arrived when its time began. */
  #heardBefore: number | undefined;
  /** How many readers of its output make it wait. */
  #waiting = 0;
  #hasRunOut = false;

  /** @param clearUp runs before the process counts as gone; must not reject */
  constructor(command: LaunchCommand, folder: string, clearUp: (status: ExitStatus) => Promise<void>) {
    const piped = command.socket === undefined;
    const child = spawn(command.file, command.args, {
      cwd: folder,
      env: command.environment,
      stdio: ['ignore', 'pipe', 'pipe', piped ? 'pipe' : 'ignore', ...furtherPipes(command)],
      detached: true,
    });
    const {
      stdout,
      stderr,
      stdio: [, , , pipe, told, ...others],
    } = child;
    if (!(stdout instanceof Socket && stderr instanceof Socket && (!piped || pipe instanceof Socket)))
      throw new TypeError('a pipe to a child is a stream');
    this.#stdout = stdout;
    this.#stderr = stderr;
    // A connection that breaks ends the output, and not the agent.
    for (const stream of [stdout, stderr]) stream.on('error', () => undefined);
    this.pipe = pipe instanceof Socket ? pipe : undefined;
    this.#heard = () => stdout.bytesRead + stderr.bytesRead;
    this.#pid = child.pid;
    if (told instanceof Socket)
      void groupInside(told, (group) => {
        this.#inside = group;
      });
    // Its type ends before the sixth. Where the process could not be started, nobody reads it.
    const [filter]: readonly unknown[] = others;
    if (filter instanceof Socket && command.filter !== undefined)
      filter.on('error', () => undefined).end(command.filter);
    this.ended = new Promise<ExitStatus>((resolve) => {
      child.once('error', (error) => {
        resolve({ code: null, signal: null, failure: error.message });
      });
      child.once('exit', (code, signal) => {
        this.#stdout = kept(stdout);
        this.#stderr = kept(stderr);
        this.#wasKilledByOthers = signal !== null && !this.#isTold && this.#latest !== 0;
        resolve({ code, signal });
      });
    });
    this.gone = this.ended.then(async (status) => {
      this.#hasEnded = true;
      await this.#endRest();
      this.#isGone = true;
      this.#timer.stop();
      await clearUp(status);
      await this.#drain();
      return status;
    });
  }

  get stdout(): Readable {
    return this.#stdout;
  }

  get stderr(): Readable {
    return this.#stderr;
  }

  /** Whether the process itself has ended or could not be started. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  /** Whether a signal ended it that was not sent from here, and so not to its group either. */
  get wasKilledByOthers(): boolean {
    return this.#wasKilledByOthers;
  }

  /** Whether nothing was heard of it so far. */
  get isSilent(): boolean {
    return this.#heard() === 0;
  }

  /** Whether the process was killed because it had not ended by itself in its time. */
  get hasRunOut(): boolean {
    return this.#hasRunOut;
  }

  /** Tells the whole group to end, and ends it after a while. */
  end(): void {
    // Only once: a second signal would interrupt handlers at work.
    if (this.#isTold || this.#isGone) return;
    this.#isTold = true;
    this.#signal('SIGTERM', this.#inside);
    if (this.#latest === 0) return;
    this.#latest = performance.now() + graceMs;
    this.#timer.stop();
    this.#timer = new StoppableTimer(graceMs, () => {
      this.kill();
    });
    this.#timer.goOn();
  }

  /**
   * Ends the group after a while. Time in which a reader of its output makes it wait does not count, unless so much has
   * come meanwhile that it may print without end.
   */
  killAfter(): void {
    this.#heardBefore ??= this.#heard();
    this.#keepTime();
  }

  /** @param room resolves when the reader of the output has room again */
  async waitFor(room: Promise<void>): Promise<void> {
    this.#waiting += 1;
    this.#keepTime();
    await room;
    this.#waiting -= 1;
    this.#keepTime();
  }

  kill(): void {
    this.#latest = 0;
    if (!this.#isGone) this.#signal('SIGKILL');
  }

  #keepTime(): void {
    if (this.#heardBefore === undefined || this.#isTold || this.#isGone || this.#latest === 0) return;
    if (this.#waiting > 0 && this.#heard() - this.#heardBefore <= drainBytes) this.#timer.stop();
    else this.#timer.goOn();
  }

  #runOut(): void {
    this.#hasRunOut = !this.#hasEnded;
    this.kill();
  }

  #signal(signal: 'SIGTERM' | 'SIGKILL', group = this.#pid): void {
    if (group === undefined) return;
    try {
      process.kill(-group, signal);
    } catch {
      // The group is gone.
    }
  }

  /** Processes left in the group are asked to end too, with the same grace period. */
  async #endRest(): Promise<void> {
    const group = this.#pid;
    if (group === undefined || !isGroupAlive(group)) return;
    this.end();
    while (isGroupAlive(group) && performance.now() < this.#latest) await pause(lookMs);
    this.#signal('SIGKILL');
    const latest = performance.now() + deathMs;
    while (isGroupAlive(group) && performance.now() < latest) await pause(lookMs);
  }

  async #drain(): Promise<void> {
    const streams = [this.stdout, this.stderr];
    const ended = Promise.allSettled(
      streams.filter(({ closed }) => !closed).map(async (stream) => once(stream, 'close')),
    );
    const first = this.#heard();
    let heard = first;
    let [looks, silent] = [0, 0];
    const timer = setInterval(() => {
      looks += 1;
      silent = this.#heard() === heard ? silent + 1 : 0;
      heard = this.#heard();
      if (silent > silentLooks || looks > drainLooks || heard - first > drainBytes)
        for (const stream of streams) stream.destroy();
    }, lookMs);
    await ended;
    clearInterval(timer);
  }
}

/** From descriptor 4 on. */
function furtherPipes({ tellsGroup, filter }: LaunchCommand): readonly ('pipe' | 'ignore')[] {
  const told = tellsGroup === true ? 'pipe' : 'ignore';
  if (filter !== undefined) return [told, 'pipe'];
  return tellsGroup === true ? [told] : [];
}

/** What of an ended process nobody reads yet, Node.js would discard now: this keeps it for a later reader. */
function kept(stream: Readable): Readable {
  if (stream.readableFlowing === true || stream.listenerCount('data') > 0 || stream.closed) return stream;
  const rest = pipeline(stream, new PassThrough(), () => undefined);
  // So that it ends without a reader where there is nothing to read.
  rest.once('finish', () => rest.read(0));
  return rest;
}

/** Bubblewrap reports the group of the processes inside as soon as there are any. */
async function groupInside(told: Readable, tell: (group: number) => void): Promise<void> {
  try {
    const info: unknown = await json(told);
    if (typeof info === 'object' && info !== null && 'child-pid' in info && typeof info['child-pid'] === 'number')
      tell(info['child-pid']);
  } catch {
    // It ended before anything ran inside.
  }
}
