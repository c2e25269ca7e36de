import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '../harness.ts';
import { FaultScript } from './fault-script.ts';
import { sendAnswer, type HttpAnswer } from './http-answer.ts';
import { listen } from './listen.ts';

export interface HttpRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Faults that a service reports in its own words. */
type Reported = Extract<Fault, 'server_error' | 'throttle' | 'deny' | 'expire'>;

/** A service as seen on the wire. */
export interface FakeService {
  answer(request: HttpRequest): HttpAnswer | Promise<HttpAnswer>;
  /** How this service phrases the faults that it reports itself. */
  readonly refusals: Readonly<Record<Reported, HttpAnswer>>;
  /** Default: the service has no batches. @returns an answer to a batch, without its first secret */
  withoutFirst?(answer: HttpAnswer): HttpAnswer;
  /** Requests that meet no fault and are not counted, such as sign-ins. */
  isSignIn?(request: HttpRequest): boolean;
}

export interface HttpFake {
  readonly address: string;
  /** Everything that reached the wire, in order. */
  readonly requests: readonly HttpRequest[];
  readonly faults: FaultScript;
  /** Requests so far, sign-ins excluded. */
  count(): number;
  stop(): Promise<void>;
}

/** Starts a stand-in for a service on a free port of 127.0.0.1, which can play every fault of the kit. */
export async function startHttpFake(service: FakeService): Promise<HttpFake> {
  const requests: HttpRequest[] = [];
  const faults = new FaultScript();
  const isSignIn = (request: HttpRequest): boolean => service.isSignIn?.(request) === true;
  const serve = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = {
      method: incoming.method ?? '',
      url: new URL(incoming.url ?? '/', 'http://fake'),
      headers: incoming.headers,
      body: await text(incoming),
    };
    requests.push(request);
    const fault = isSignIn(request) ? undefined : faults.next();
    if (fault === 'hang') return;
    if (fault === 'delay') await wait(150);
    sendAnswer(response, await answerUnder(service, fault, request), fault);
  };
  const server = createServer((request, response) => {
    // The client left, or the fake failed: no answer either way.
    serve(request, response).catch(() => response.destroy());
  });
  const listening = await listen(server);
  return {
    address: `http://127.0.0.1:${listening.port}`,
    requests,
    faults,
    count: () => requests.filter((request) => !isSignIn(request)).length,
    stop: () => listening.stop(),
  };
}

function isReported(fault: Fault | undefined): fault is Reported {
  return fault === 'server_error' || fault === 'throttle' || fault === 'deny' || fault === 'expire';
}

async function answerUnder(service: FakeService, fault: Fault | undefined, request: HttpRequest): Promise<HttpAnswer> {
  if (isReported(fault)) return service.refusals[fault];
  const answer = await service.answer(request);
  return fault === 'partial_batch' ? (service.withoutFirst?.(answer) ?? answer) : answer;
}
