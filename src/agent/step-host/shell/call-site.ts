import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutOwnFrames } from '../describe-error.ts';

/** Where an author's file called something. Types are stripped in place, so line numbers match the file. */
export class CallSite {
  readonly #root: string;
  readonly #trace: { stack?: string } = {};

  /** @param root paths are shown relative to it @param called the function whose caller is meant */
  constructor(root: string, called: (...args: never[]) => unknown) {
    this.#root = root;
    Error.captureStackTrace(this.#trace, called);
  }

  /** Such as `.kici/workflows/deploy.ts:12:17`. */
  get place(): string | undefined {
    const [, address, position] =
      /((?:file:\/)?\/[^()]*?)(?:\?[^():]*)?(:\d+:\d+)\)?$/.exec(this.#frames[0] ?? '') ?? [];
    if (address === undefined || position === undefined) return undefined;
    const path = address.startsWith('file:') ? fileURLToPath(address) : address;
    const below = relative(this.#root, path);
    return `${below.startsWith('..') || isAbsolute(below) ? path : below}${position}`;
  }

  /** The caller's own callers, as lines of a stack. */
  get callers(): readonly string[] {
    return this.#frames.slice(1);
  }

  get #frames(): readonly string[] {
    return withoutOwnFrames((this.#trace.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)));
  }
}
