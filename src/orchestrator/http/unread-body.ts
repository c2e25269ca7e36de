import type { IncomingMessage } from 'node:http';

/** How much of a refused body is read, for clients that send all of it before they read the answer. */
const drainedBytes = 262_144;
/** How long a client may take to read its answer. */
const lingerMs = 1_000;

/** Whether some of the request's body may still arrive. */
export function hasUnreadBody(request: IncomingMessage): boolean {
  if (request.complete) return false;
  const { headers } = request;
  const announced = headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
  return announced;
}

/**
 * Lets the answer arrive before the connection ends. Node.js would either read the rest of the body, however long, or
 * reset the connection, and a reset can overtake the answer. The response must say `connection: close`.
 */
export function endWithoutBody(request: IncomingMessage): void {
  const { socket } = request;
  let left = drainedBytes;
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length;
    // The rest stays with the sender, which has to wait.
    if (left < 0) request.pause();
  });
  request.on('error', () => undefined);
  // Node.js calls this once the answer was handed over.
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
