import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { AgentError, systemCode } from '../agent-error.ts';
import type { Child } from './child.ts';

/** Long enough for any container to start. */
const deadlineMs = 60_000;

/** A Unix socket for the one connection that a step host makes before any author code runs in it. */
export class ChannelListener {
  readonly #server: Server;
  readonly #connection: Promise<Socket>;

  private constructor(server: Server) {
    this.#server = server;
    this.#connection = new Promise((resolve) => {
      server.once('connection', (socket) => {
        server.close();
        resolve(socket);
      });
    });
  }

  /** @param path in a folder that belongs to nobody else @throws AgentError (`cannot_write`) */
  static async open(path: string): Promise<ChannelListener> {
    const server = createServer();
    const listener = new ChannelListener(server);
    try {
      server.listen(path);
      await once(server, 'listening');
      return listener;
    } catch (error) {
      throw new AgentError(
        'cannot_write',
        `cannot make a socket at ${JSON.stringify(path)} (${systemCode(error) ?? 'unknown'})`,
        'a socket path has at most about 100 characters; choose a shorter folder with TMPDIR or --mount-dir',
      );
    }
  }

  /**
   * @param connected awaited before the connection is returned
   * @returns a channel, already ended if the process ends before it connects
   */
  async accept(child: Child, connected: () => Promise<void>): Promise<Duplex> {
    const timer = setTimeout(() => {
      child.kill();
    }, deadlineMs);
    const connection = await Promise.race([this.#connection, child.ended]);
    clearTimeout(timer);
    if (connection instanceof Duplex) {
      await connected();
      return connection;
    }
    this.#server.close();
    return closedChannel();
  }
}

function closedChannel(): Duplex {
  const channel = new Duplex({
    read() {
      this.push(null);
    },
    write(_chunk, _encoding, done) {
      done();
    },
  });
  channel.end();
  return channel;
}
