import type { IncomingHttpHeaders } from 'node:http';
import type { OperationId } from '../../api/registry.ts';

/** A request as those who measure see it. */
export interface ObservedRequest {
  readonly id: string;
  readonly method: string;
  /** As it was registered, such as `/api/v1/orgs/:org/jobs`; `undefined`: nothing is there. */
  readonly route: string | undefined;
  readonly operation: OperationId | undefined;
  readonly headers: IncomingHttpHeaders;
}

/** How many requests of each organization are served and wait. */
export type Lines = () => Iterable<{
  readonly organization: string;
  readonly running: number;
  readonly waiting: number;
}>;

/** Hears of each request. It must not throw. */
export interface RequestObserver {
  begin(request: ObservedRequest): RequestWatch;
  /** @param lines of the server, from now on */
  lined(lines: Lines): void;
}

export interface RequestWatch {
  /** Runs what serves the request, so that its steps are known as the request's. */
  run<T>(work: () => T): T;
  /** @param status `undefined`: the client had left */
  end(status: number | undefined): void;
}
