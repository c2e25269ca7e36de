import { createHook, type AsyncHook } from 'node:async_hooks';

/** What begins and ends in a turn or two, and is among the active resources until then. */
const passing = /^(?:PROMISE|TickObject|Microtask|Immediate|FSREQ\w+|FILEHANDLE\w*|WRITEWRAP|\w+REQUEST)$/;

/** Notices what a module leaves behind that acts later: handlers of the process's events, timers, sockets, children. */
export class TraceWatch {
  readonly #before = traces();
  readonly #hook: AsyncHook;
  #hasBegun = false;

  /** From now on. */
  constructor() {
    // Active resources leave out what keeps no process alive.
    this.#hook = createHook({
      init: (_, type) => {
        if (!passing.test(type)) this.#hasBegun = true;
      },
    }).enable();
  }

  /** @returns whether there was nothing until now */
  end(): boolean {
    this.#hook.disable();
    return !this.#hasBegun && traces() === this.#before;
  }
}

function traces(): string {
  const handlers = process.eventNames().map((name) => [String(name), process.listenerCount(name)]);
  return JSON.stringify([handlers, process.getActiveResourcesInfo()]);
}
