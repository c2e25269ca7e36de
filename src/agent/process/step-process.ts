import type { Duplex } from 'node:stream';
import { bounds } from '../channel/bounds.ts';
import { encodeFrame, FrameError, FrameReader, type Room } from '../channel/frames.ts';
import type { AgentMessage } from '../channel/from-agent.ts';
import { ExchangeFolder } from '../environment/exchange-folder.ts';
import type { Keeping, Limiter } from '../limits/limiter.ts';
import type { LimitName } from '../limits/limits.ts';
import type { Journal } from '../mounts/journal.ts';
import { mountsOfCopy } from '../project-view/project-mount.ts';
import type { ProjectView } from '../project-view/project-view.ts';
import type { ContainerEngine } from '../sandbox/container-engine.ts';
import type { LaunchCommand, SandboxProfile, Surroundings } from '../sandbox/profile.ts';
import { ChannelListener } from './channel-listener.ts';
import { Child, type ExitStatus } from './child.ts';
import { endMarked } from './marked.ts';
import { stepHostFile } from './step-host-file.ts';

export interface Workplace {
  readonly project: string;
  readonly view: ProjectView;
  /** Whether each job works in a copy of the project. */
  readonly copies: boolean;
  readonly sandbox: SandboxProfile;
  readonly limiter: Limiter;
  readonly engine: ContainerEngine;
  readonly journal: Journal;
  /** The agent's folder for temporary files. */
  readonly temporary: string;
  /** What a step inherits without a sandbox. */
  readonly environment: Readonly<Record<string, string>>;
}

const lingerMs = 1_000;

/** A step host that has no work yet, with the folder it shares with the agent. */
export class StepProcess {
  readonly child: Child;
  readonly exchange: ExchangeFolder;
  /** The limit that its processes are known to have come up against, once they are gone. */
  readonly exceeded: () => LimitName | undefined;
  readonly #channel: Duplex;
  readonly #reader = new FrameReader(bounds.messageBytes);
  /** Received, and not asked for yet. */
  readonly #received: unknown[] = [];

  private constructor(child: Child, channel: Duplex, exchange: ExchangeFolder, exceeded: StepProcess['exceeded']) {
    this.child = child;
    this.exceeded = exceeded;
    this.exchange = exchange;
    this.#channel = channel;
    // Channel errors show in what the process does or fails to do.
    channel.on('error', () => undefined);
    // Everything the process sent is read; but a process that left the group may hold the other end open forever.
    void child.gone.finally(() => {
      setTimeout(() => {
        channel.destroy();
      }, lingerMs).unref();
    });
  }

  /** One that has started already, with descriptor 3 as its channel and without limits. */
  static adopt(child: Child, exchange: ExchangeFolder): StepProcess {
    return new StepProcess(child, channelOf(child.pipe), exchange, () => undefined);
  }

  /** @throws AgentError (`cannot_write`) */
  static async launch(workplace: Workplace, surroundings: Surroundings): Promise<StepProcess> {
    const { project, view, sandbox, journal } = workplace;
    const { copy } = surroundings;
    const source = copy ?? project;
    const exchange = await ExchangeFolder.create(workplace.temporary, journal);
    const keeping = await workplace.limiter.begin(surroundings.limits).catch(async (error: unknown) => {
      await exchange.remove();
      throw error;
    });
    const environment = { ...surroundings.environment, KICI_ENV: exchange.file };
    const command = sandbox.command({
      entry: stepHostFile,
      starter: keeping.inside,
      project,
      source,
      mounts: copy === undefined ? view.mounts : mountsOfCopy(view.mounts, project, copy),
      hidden: view.elsewhere,
      exchange: exchange.path,
      surroundings: { ...surroundings, environment },
    });
    const listener =
      command.socket === undefined
        ? undefined
        : await ChannelListener.open(command.socket).catch(async (error: unknown) => {
            await keeping.group?.remove();
            await exchange.remove();
            throw error;
          });
    if (command.container !== undefined) await journal.record(command.container);
    let exceeded: LimitName | undefined;
    const child = new Child(startedBy(keeping, command), source, async (status) => {
      // What was killed while it started had perhaps not yet told its namespace to end with it.
      if (child.wasKilledByOthers && command.container === undefined) await endMarked(new Set([exchange.file]));
      exceeded = await exceededLimit(keeping, command, workplace.engine);
      if (command.container !== undefined) await clearUp(command, command.container, status, journal);
      // What is left of it is the next agent's.
      await keeping.group?.remove().catch(() => undefined);
    });
    const made = async (): Promise<void> => {
      if (command.container !== undefined) await journal.made(command.container);
    };
    return new StepProcess(
      child,
      channelOf(child.pipe ?? (await listener?.accept(child, made))),
      exchange,
      () => exceeded,
    );
  }

  /** Resolves when the process has received it, or never will. */
  async send(message: AgentMessage): Promise<void> {
    if (!this.#channel.writable) return;
    await new Promise<void>((resolve) => {
      this.#channel.write(encodeFrame(message), () => {
        resolve();
      });
    });
  }

  /** Yields unchecked messages until the channel ends. @throws FrameError */
  async *messages(room?: Room): AsyncGenerator {
    try {
      yield* this.#take();
      for await (const chunk of this.#channel.iterator({ destroyOnReturn: false })) {
        if (chunk instanceof Uint8Array) this.#received.push(...this.#reader.push(chunk, room));
        yield* this.#take();
      }
    } catch (error) {
      // A killed process may break the connection.
      if (error instanceof FrameError) throw error;
    }
  }

  *#take(): Generator {
    while (this.#received.length > 0) yield this.#received.shift();
  }

  /** Ends it and removes what it shared. */
  async discard(): Promise<void> {
    this.child.kill();
    this.child.stdout.resume();
    this.child.stderr.resume();
    await this.child.gone;
    this.#channel.destroy();
    await this.exchange.remove();
  }
}

function channelOf(channel: Duplex | undefined): Duplex {
  if (channel === undefined) throw new TypeError('a command has a channel of one kind or the other');
  return channel;
}

function startedBy({ outside }: Keeping, command: LaunchCommand): LaunchCommand {
  const [file = command.file, ...args] = outside;
  return outside.length === 0 ? command : { ...command, file, args: [...args, command.file, ...command.args] };
}

async function exceededLimit(
  { group }: Keeping,
  { container, isKept }: LaunchCommand,
  engine: ContainerEngine,
): Promise<LimitName | undefined> {
  if (container !== undefined && isKept === true && (await engine.wasOutOfMemory(container))) return 'memory';
  return group?.exceeded();
}

/**
 * From this code on, Docker itself failed or a signal ended it. A smaller one is the container's own, and the container
 * is removed by then.
 */
const engineFailure = 125;
/** From this code on, the command may have ended before the engine answered it. */
const endedBySignal = 129;

async function clearUp(
  { isKept }: LaunchCommand,
  container: string,
  { code }: ExitStatus,
  journal: Journal,
): Promise<void> {
  if (code !== null && code < endedBySignal) await journal.made(container);
  if (isKept === true || code === null || code >= engineFailure) await journal.removeContainer(container);
  else journal.forget(container);
}
