/** A length of four bytes, big-endian, then that many bytes of JSON. */
const headerBytes = 4;
const maxParts = 1_024;

/** The channel carried something that is not a message, or is too long for one. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

export function encodeFrame(message: unknown): Uint8Array {
  const body = Buffer.from(JSON.stringify(message));
  const frame = Buffer.allocUnsafe(headerBytes + body.byteLength);
  frame.writeUInt32BE(body.byteLength);
  body.copy(frame, headerBytes);
  return frame;
}

/** How many more bytes may arrive, from all senders that share it. */
export interface Room {
  bytes: number;
}

/** Cuts a stream of bytes into messages. One over the limit is refused before it is stored. */
export class FrameReader {
  readonly #maxBytes: number;
  #parts: Uint8Array[] = [];
  #buffered = 0;
  #wanted: number | undefined;

  /** @param maxBytes of one message */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param room of all messages
   * @throws FrameError when a frame is too long or is not JSON; the stream is of no use after it
   */
  push(chunk: Uint8Array, room: Room = { bytes: Number.POSITIVE_INFINITY }): unknown[] {
    this.#parts.push(chunk);
    this.#buffered += chunk.byteLength;
    room.bytes -= chunk.byteLength;
    if (room.bytes < 0) throw new FrameError('more bytes than there is room for');
    // Each part costs more than its bytes, and a sender may make them as small as it likes.
    if (this.#parts.length > maxParts) this.#parts = [Buffer.concat(this.#parts)];
    const messages: unknown[] = [];
    for (;;) {
      if (this.#wanted === undefined) {
        if (this.#buffered < headerBytes) return messages;
        this.#wanted = this.#take(headerBytes).readUInt32BE();
        if (this.#wanted > this.#maxBytes)
          throw new FrameError(`a message of ${this.#wanted} bytes, which is over the limit of ${this.#maxBytes}`);
      }
      if (this.#buffered < this.#wanted) return messages;
      messages.push(parse(this.#take(this.#wanted)));
      this.#wanted = undefined;
    }
  }

  #take(length: number): Buffer {
    const [first] = this.#parts;
    const all = this.#parts.length === 1 && first instanceof Buffer ? first : Buffer.concat(this.#parts);
    this.#parts = all.byteLength === length ? [] : [all.subarray(length)];
    this.#buffered = all.byteLength - length;
    return all.subarray(0, length);
  }
}

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw new FrameError('a message that is not JSON');
  }
}
