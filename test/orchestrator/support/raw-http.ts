import { createConnection, type Socket } from 'node:net';

/** A raw connection, with everything received so far. */
export interface RawConnection {
  readonly socket: Socket;
  readonly text: () => string;
  /** Resolves when it has ended, whoever ended it and however. */
  readonly ended: Promise<void>;
}

/** @param from the local address; default: the system's choice */
export async function connect(
  url: string,
  { host, from }: { readonly host?: string | undefined; readonly from?: string | undefined } = {},
): Promise<RawConnection> {
  const { hostname, port } = new URL(url);
  const socket = createConnection({
    host: host ?? hostname,
    port: Number(port),
    ...(from === undefined ? {} : { localAddress: from }),
  });
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString();
  });
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      resolve();
    });
  });
  // A reset is one way to end.
  socket.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  return { socket, text: () => text, ended };
}

/** Sends lines as the head of a request that ends its connection, and resolves to the status and the whole answer. */
export async function send(
  url: string,
  lines: readonly string[],
  host?: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const { socket, text, ended } = await connect(url, { host });
  socket.write([...lines, 'connection: close', '', ''].join('\r\n'));
  await ended;
  return { status: statusOf(text()), text: text() };
}

export function statusOf(text: string): number {
  return Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1]);
}
