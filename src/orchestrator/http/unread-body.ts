import type { IncomingMessage } from 'node:http';

/** How much is read of a body that was refused; a client that writes all of it first then reads its answer. */
const drainedBytes = 262_144;
/** How long a client has to take its answer, once that was sent. */
const lingerMs = 1_000;

/** Whether some of the request's body may still come. */
export function hasUnreadBody({ headers, complete }: IncomingMessage): boolean {
  const announced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return announced && !complete;
}

/**
 * Lets the answer arrive before the connection ends. Node.js would take in the rest of the body, however long, or reset
 * the connection with bytes unread, and a reset can overtake the answer. Its response must say `connection: close`.
 */
export function endWithoutBody(request: IncomingMessage): void {
  const { socket } = request;
  let left = drainedBytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    // What is left stays with the sender, which has to wait.
    if (left < 0) request.pause();
  });
  request.on('error', () => undefined);
  // Called by Node.js once the answer was handed over.
  socket.destroySoon = () => {
    socket.end();
    const timer = setTimeout(() => {
      socket.destroy();
    }, lingerMs);
    socket.once('close', () => {
      clearTimeout(timer);
    });
  };
}
