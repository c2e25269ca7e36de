import { Readable } from 'node:stream';
import type { Io } from '../terminal/io.ts';

const pasteStart = '\u001b[200~';
const pasteEnd = '\u001b[201~';
const bracketedPaste = { on: '\u001b[?2004h', off: '\u001b[?2004l' };
const endOfText = 0x03;
const endOfTransmission = 0x04;
const lineFeed = 0x0a;
const carriageReturn = 0x0d;
const escape = 0x1b;

/** How long a terminal must be silent to count as quiet, and how long during a paste. */
const quietMs = 400;
const quietAfterMoreMs = 1_500;
/** Limits the wait for a terminal that never falls silent. */
const longestDrainMs = 30_000;

/** The first line of a key file: the rest is sure to follow, however slowly. */
const armour = /^-----BEGIN [A-Z0-9 ]+-----$/;
const longestArmour = 64;

/**
 * Guards a one-line prompt on a terminal. What is pasted after the first line reaches neither the prompt nor, later,
 * the shell, which would run it and keep it in its history.
 */
export class PasteGuard extends Readable {
  readonly isTTY = true;
  readonly #terminal: Io['stdin'] & { setRawMode?(mode: boolean): unknown };
  readonly #output: Io['stderr'];
  /** The start of a paste mark that a read has cut off. */
  #held = '';
  #pasting = false;
  #pastedLineEnd = false;
  /** Enough of the first line to recognize armour. */
  #head = '';
  #ended = false;
  #more = false;
  #lastByte = 0;
  #lastReadAt = Date.now();

  constructor({ stdin, stderr }: Io) {
    super();
    this.#terminal = stdin;
    this.#output = stderr;
    this.#output.write(bracketedPaste.on);
    stdin.on('data', this.#take);
  }

  /** Whether more than one line arrived. */
  get more(): boolean {
    return this.#more || armour.test(this.#head);
  }

  /** The prompt sets the terminal's mode through the stream that it reads. */
  setRawMode(mode: boolean): this {
    if (mode) this.#terminal.setRawMode?.(true);
    return this;
  }

  override _read(): void {
    this.#terminal.resume();
  }

  /** Discards the rest of a paste, then restores the terminal. */
  async release(): Promise<void> {
    const end = Date.now() + longestDrainMs;
    const quiet = (): boolean =>
      !this.#pasting && Date.now() - this.#lastReadAt >= (this.more ? quietAfterMoreMs : quietMs);
    this.#ended = true;
    this.#lastReadAt = Date.now();
    this.#terminal.resume();
    while (!quiet() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 25));
    this.#terminal.off('data', this.#take);
    this.#output.write(bracketedPaste.off);
    this.#terminal.setRawMode?.(false);
    this.#terminal.pause();
  }

  readonly #take = (chunk: Uint8Array | string): void => {
    this.#lastReadAt = Date.now();
    // Latin-1 keeps every byte as one character.
    let text = this.#held + Buffer.from(chunk).toString('latin1');
    this.#held = '';
    while (text !== '') {
      const mark = this.#pasting ? pasteEnd : pasteStart;
      if (text.startsWith(mark)) {
        this.#pasting = !this.#pasting;
        text = text.slice(mark.length);
        if (!this.#pasting && this.#more) this.#finish();
      } else if (text.charCodeAt(0) === escape && mark.startsWith(text)) {
        this.#held = text;
        return;
      } else {
        this.#takeByte(text.charCodeAt(0));
        text = text.slice(1);
      }
    }
  };

  #takeByte(byte: number): void {
    const pairEnd = byte === lineFeed && this.#lastByte === carriageReturn;
    this.#lastByte = byte;
    if (pairEnd) return;
    const lineEnd = byte === lineFeed || byte === carriageReturn;
    if (this.#ended) {
      this.#more = true;
    } else if (this.#pasting) {
      // A paste may end with a line end, which is not an Enter.
      if (lineEnd) this.#pastedLineEnd = true;
      else if (this.#pastedLineEnd) this.#more = true;
      else this.#pass(byte);
    } else if (lineEnd) {
      this.#finish();
    } else {
      this.#pass(byte === endOfTransmission ? endOfText : byte);
    }
  }

  #pass(byte: number): void {
    if (this.#head.length <= longestArmour) this.#head += String.fromCharCode(byte);
    this.push(Buffer.of(byte));
  }

  #finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.push(Buffer.of(carriageReturn));
  }
}
