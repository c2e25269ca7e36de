import { isAbsolute, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { withoutOwnFrames } from '../describe-error.ts';

/**
 * Where in an author's file something was called. Types are taken out of a file in place, so its lines are the file's.
 */
export class CallSite {
  readonly #root: string;
  readonly #trace: { stack?: string } = {};

  /** @param root paths below it are shown from there @param called the function whose caller is meant */
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

  /** Who called the caller, as lines of a stack. */
  get callers(): readonly string[] {
    return this.#frames.slice(1);
  }

  get #frames(): readonly string[] {
    return withoutOwnFrames((this.#trace.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)));
  }
}
