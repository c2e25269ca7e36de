import { connect, Socket } from 'node:net';
import { encodeFrame, FrameReader } from '../channel/frames.ts';
import { isAgentMessage, type AgentMessage } from '../channel/from-agent.ts';
import type { LoaderMessage, StepMessage } from '../channel/to-agent.ts';
import { Requests } from './requests.ts';

const descriptor = 3;
/** Names a Unix socket, where there is no descriptor. */
const socketVariable = 'KICI_CHANNEL';
/** What the agent sends is values, at most a step's worth of them. */
const maxMessageBytes = 256 * 1_048_576;

/** How long what an author's code has left open may keep the process. */
const patienceMs = 100;

/** This process's end of the channel to the agent. */
export class Channel {
  onMessage: (message: AgentMessage) => unknown = () => undefined;
  readonly requests: Requests;
  readonly #socket = openSocket();

  constructor() {
    this.requests = new Requests((requests) => {
      void this.send({ type: 'ask', requests: [...requests] });
    });
    const reader = new FrameReader(maxMessageBytes);
    this.#socket.on('data', (chunk) => {
      for (const message of reader.push(chunk)) if (isAgentMessage(message)) this.onMessage(message);
    });
    // Without its agent a step has nobody to clean up after it: it ends, with all that it started.
    this.#socket.on('close', () => {
      process.kill(0, 'SIGKILL');
    });
    this.#socket.on('error', () => {
      process.kill(0, 'SIGKILL');
    });
  }

  /** Resolves when it is out of this process. */
  async send(message: StepMessage | LoaderMessage): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.write(encodeFrame(message), () => {
        resolve();
      });
    });
  }

  /**
   * Has the process end as any program does that has nothing more to do, with its handlers of `beforeExit` and `exit`.
   * The channel closes with it, and not before: its agent takes it for the end of all.
   */
  endProcess(): void {
    this.#socket.unref();
    setTimeout(() => {
      process.exit();
    }, patienceMs).unref();
  }
}

function openSocket(): Socket {
  const path = process.env[socketVariable];
  delete process.env[socketVariable];
  return path === undefined ? new Socket({ fd: descriptor, readable: true, writable: true }) : connect(path);
}
