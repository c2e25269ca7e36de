import type { Duplex } from 'node:stream';
import { bounds } from '../channel/bounds.ts';
import { encodeFrame, FrameError, FrameReader, type Room } from '../channel/frames.ts';
import type { AgentMessage } from '../channel/from-agent.ts';
import { ExchangeFolder } from '../environment/exchange-folder.ts';
import type { Journal } from '../mounts/journal.ts';
import type { ProjectView } from '../project-view/project-view.ts';
import type { ContainerEngine } from '../sandbox/container-engine.ts';
import type { SandboxProfile, Surroundings } from '../sandbox/profile.ts';
import { ChannelListener } from './channel-listener.ts';
import type { EarlyHost } from './early-host.ts';
import { Child, type ExitStatus } from './child.ts';
import { stepHostFile } from './step-host-file.ts';

export interface Workplace {
  readonly project: string;
  readonly view: ProjectView;
  readonly sandbox: SandboxProfile;
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
  readonly #channel: Duplex;
  readonly #reader = new FrameReader(bounds.messageBytes);
  /** Received, and not asked for yet. */
  readonly #received: unknown[] = [];

  private constructor(child: Child, channel: Duplex, exchange: ExchangeFolder) {
    this.child = child;
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

  /** @param early has started already @throws AgentError (`cannot_write`) */
  static async launch(workplace: Workplace, surroundings: Surroundings, early?: EarlyHost): Promise<StepProcess> {
    const { project, view, sandbox, journal } = workplace;
    const exchange = await ExchangeFolder.create(workplace.temporary, journal, early?.exchange).catch(
      (error: unknown) => {
        early?.child.kill();
        throw error;
      },
    );
    if (early?.child.pipe !== undefined) return new StepProcess(early.child, early.child.pipe, exchange);
    const environment = { ...surroundings.environment, KICI_ENV: exchange.file };
    const command = sandbox.command({
      entry: stepHostFile,
      project,
      mounts: view.mounts,
      hidden: view.elsewhere,
      exchange: exchange.path,
      surroundings: { ...surroundings, environment },
    });
    const listener =
      command.socket === undefined
        ? undefined
        : await ChannelListener.open(command.socket).catch(async (error: unknown) => {
            await exchange.remove();
            throw error;
          });
    if (command.container !== undefined) await journal.record(command.container);
    const child = new Child(command, project, async (status) => {
      if (command.container !== undefined) await clearUp(command.container, status, journal);
    });
    const made = async (): Promise<void> => {
      if (command.container !== undefined) await journal.made(command.container);
    };
    const channel = child.pipe ?? (await listener?.accept(child, made));
    if (channel === undefined) throw new TypeError('a command has a channel of one kind or the other');
    return new StepProcess(child, channel, exchange);
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

/**
 * From this code on, Docker itself failed or a signal ended it. A smaller one is the container's own, and the container
 * is removed by then.
 */
const engineFailure = 125;
/** From this code on, the command may have ended before the engine answered it. */
const endedBySignal = 129;

async function clearUp(container: string, { code }: ExitStatus, journal: Journal): Promise<void> {
  if (code !== null && code < endedBySignal) await journal.made(container);
  if (code === null || code >= engineFailure) await journal.removeContainer(container);
  else journal.forget(container);
}
