import { writeSync } from 'node:fs';
import { connect, Socket } from 'node:net';
import { systemCode } from '../agent-error.ts';
import { encodeFrame, FrameReader } from '../channel/frames.ts';
import { isAgentMessage, type AgentMessage } from '../channel/from-agent.ts';
import type { LoaderMessage, StepMessage } from '../channel/to-agent.ts';
import { Requests } from './requests.ts';

const descriptor = 3;
/** Names a Unix socket, used when there is no descriptor. */
const socketVariable = 'KICI_CHANNEL';
/** The agent sends values, at most one step's worth of them. */
const maxMessageBytes = 256 * 1_048_576;

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
    // Without its agent, nobody cleans up after a step, so it ends with everything it started.
    this.#socket.on('close', () => {
      process.kill(0, 'SIGKILL');
    });
    this.#socket.on('error', () => {
      process.kill(0, 'SIGKILL');
    });
  }

  /** Resolves when the message has left this process. */
  async send(message: StepMessage | LoaderMessage): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#socket.write(encodeFrame(message), () => {
        resolve();
      });
    });
  }

  /** Lets the process end while the channel is open. */
  unref(): void {
    this.#socket.unref();
  }
}

function openSocket(): Socket {
  const path = process.env[socketVariable];
  delete process.env[socketVariable];
  return path === undefined ? new Socket({ fd: descriptor, readable: true, writable: true }) : connectTo(path);
}

/** Without its agent, this process has nobody to tell but whoever reads its output. */
function connectTo(path: string): Socket {
  const socket = connect(path);
  const tell = (error: Error): void => {
    writeSync(
      2,
      `kici: a step cannot reach its agent through ${path} (${systemCode(error) ?? 'unknown'}); a container's runtime must pass on Unix sockets of this machine, as runsc does with --host-uds=open\n`,
    );
  };
  return socket.once('error', tell).once('connect', () => socket.off('error', tell));
}
