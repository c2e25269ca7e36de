const placeholder = '[secret]';
const inspectSymbol = Symbol.for('nodejs.util.inspect.custom');
const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Bytes that cannot print themselves. Strings, templates, JSON, inspection and logging show a placeholder, and a
 * structured clone carries no bytes; only `bytes()` and `text()` return the value.
 */
export class SecretValue {
  readonly #bytes: Uint8Array;

  private constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Copies the bytes, so that later changes to the buffer do not reach the value. */
  static fromBytes(bytes: Uint8Array): SecretValue {
    return new SecretValue(new Uint8Array(bytes));
  }

  static fromText(text: string): SecretValue {
    return new SecretValue(new TextEncoder().encode(text));
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }

  /** A copy. */
  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes);
  }

  /** `undefined` if the bytes are not UTF-8: nothing is ever replaced. */
  text(): string | undefined {
    try {
      return strictUtf8.decode(this.#bytes);
    } catch {
      return undefined;
    }
  }

  equals(other: SecretValue): boolean {
    const theirs = other.bytes();
    if (theirs.byteLength !== this.#bytes.byteLength) return false;
    let difference = 0;
    for (const [index, byte] of this.#bytes.entries()) difference |= byte ^ (theirs[index] ?? 0);
    return difference === 0;
  }

  toString(): string {
    return placeholder;
  }

  toJSON(): string {
    return placeholder;
  }

  [Symbol.toPrimitive](): string {
    return placeholder;
  }

  [inspectSymbol](): string {
    return placeholder;
  }
}
