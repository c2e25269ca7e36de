import type { Readable, Writable } from 'node:stream';

/** The streams and environment that a command uses; tests supply their own. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
  readonly environment: Readonly<Record<string, string | undefined>>;
}

export function processIo(): Io {
  process.stdout.on('error', ignoreClosedPipe);
  // A getter, since Node.js opens standard input when it is first accessed.
  return {
    get stdin() {
      return process.stdin;
    },
    stdout: process.stdout,
    get stderr() {
      return process.stderr;
    },
    environment: process.env,
  };
}

/** A reader such as `head` may leave early; any other write error is a failure. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** Of streams whose readers are slow: every writer waits for the same. */
const rooms = new WeakMap<Writable, Promise<void>>();

interface Pace {
  /** Is told of a slow reader, with a promise that resolves when there is room again or the reader is gone. */
  readonly behind?: (room: Promise<void>) => void;
  /** Is told, if it was so at once, that nothing in this process will look at the bytes again. */
  readonly taken?: () => void;
}

export function writeTo(stream: Writable, text: string | Uint8Array, { behind, taken }: Pace = {}): void {
  const hasRoom = stream.write(text);
  if (stream.writableLength === 0) {
    // What is no stream of the system's may have kept them.
    if ('fd' in stream) taken?.();
  } else if (!hasRoom && behind !== undefined) {
    const room = rooms.get(stream) ?? roomIn(stream);
    rooms.set(stream, room);
    behind(room);
  }
}

function roomIn(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    const endings = ['drain', 'close', 'error'];
    const done = (): void => {
      for (const ending of endings) stream.off(ending, done);
      rooms.delete(stream);
      resolve();
    };
    for (const ending of endings) stream.on(ending, done);
  });
}

/** Names come from stores that others write to: nothing in them may act on a terminal. */
export function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- this removes control characters
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '?');
}
