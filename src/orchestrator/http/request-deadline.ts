import type { CallContext } from '@kici-dev/secret-backend';

/** A request's time. Its signal is made when it is first looked at, and its timer ends with the request. */
export class RequestDeadline implements CallContext, Disposable {
  readonly deadline: number;
  #controller: AbortController | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(timeoutMs: number) {
    this.deadline = Date.now() + timeoutMs;
  }

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      const controller = new AbortController();
      this.#controller = controller;
      this.#timer = setTimeout(
        () => {
          controller.abort(new DOMException('the request took too long', 'TimeoutError'));
        },
        Math.max(0, this.deadline - Date.now()),
      ).unref();
    }
    return this.#controller.signal;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
