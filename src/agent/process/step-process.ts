import { join } from 'node:path';
import { encodeFrame, FrameError, FrameReader } from '../channel/frames.ts';
import type { AgentMessage } from '../channel/from-agent.ts';
import { maxMessageBytes } from '../channel/to-agent.ts';
import { ExchangeFolder } from '../environment/exchange-folder.ts';
import type { Journal } from '../mounts/journal.ts';
import type { SandboxProfile } from '../sandbox/profile.ts';
import { Child } from './child.ts';

const entry = join(import.meta.dirname, '../step-host/main.ts');

/** Where and how step hosts run. */
export interface Workplace {
  readonly project: string;
  readonly sandbox: SandboxProfile;
  readonly journal: Journal;
  /** For temporary files of the agent's own making. */
  readonly temporary: string;
  /** What a step inherits. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A step host that has not been told yet what to do, with the folder it shares with the agent. */
export class StepProcess {
  readonly child: Child;
  readonly exchange: ExchangeFolder;

  private constructor(child: Child, exchange: ExchangeFolder) {
    this.child = child;
    this.exchange = exchange;
  }

  static async launch(workplace: Workplace, network: boolean): Promise<StepProcess> {
    const { project, sandbox } = workplace;
    const exchange = await ExchangeFolder.create(workplace.temporary, workplace.journal);
    const environment = { ...workplace.environment, KICI_ENV: exchange.file };
    return new StepProcess(new Child(sandbox.command({ entry, project, exchange: exchange.path, network, environment }), project), exchange);
  }

  send(message: AgentMessage): void {
    if (this.child.channel.writable) this.child.channel.write(encodeFrame(message));
  }

  /** Unchecked. Ends with the channel. @throws FrameError */
  async *messages(): AsyncGenerator {
    const reader = new FrameReader(maxMessageBytes);
    try {
      for await (const chunk of this.child.channel) {
        if (chunk instanceof Uint8Array) yield* reader.push(chunk);
      }
    } catch (error) {
      // A process that is killed may break its end off.
      if (error instanceof FrameError) throw error;
    }
  }

  /** Ends it and removes what it shared. */
  async discard(): Promise<void> {
    this.child.kill();
    this.child.stdout.resume();
    this.child.stderr.resume();
    await this.child.gone;
    await this.exchange.remove();
  }
}
