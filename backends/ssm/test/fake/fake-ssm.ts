import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import {
  FaultScript,
  listen,
  sendAnswer,
  type HttpAnswer,
  type Listening,
} from '@kici-dev/secret-backend-conformance/testing';
import { Input } from '../../../aws/test/fake/input.ts';
import { accessDenied, Refusal } from '../../../aws/test/fake/refusal.ts';
import { requireSignature } from '../../../aws/test/fake/signature.ts';
import { json, keyOf, refused } from '../../../aws/test/fake/wire.ts';
import { operations } from './operations.ts';
import { ParameterStore } from './store.ts';

export const region = 'eu-central-1';
export const staticKey = 'AKIAFAKESTATICKEY001';

/** Parameter Store on its own port, with AWS's protocol. */
export class FakeSsm {
  readonly store = new ParameterStore();
  readonly faults = new FaultScript();
  /** Operations in order of arrival. */
  readonly requests: { readonly operation: string; readonly body: string }[] = [];
  readonly deniedActions = new Set<string>();
  pageLimit = 50;
  #listening: Listening | undefined;
  readonly #server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<FakeSsm> {
    const fake = new FakeSsm();
    fake.#listening = await listen(fake.#server);
    return fake;
  }

  get endpoint(): string {
    if (this.#listening === undefined) throw new Error('the fake does not listen');
    return `http://127.0.0.1:${this.#listening.port}`;
  }

  count(operation?: string): number {
    return this.requests.filter((request) => operation === undefined || request.operation === operation).length;
  }

  async stop(): Promise<void> {
    await this.#listening?.stop();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const body = await text(request);
      const operation = String(request.headers['x-amz-target']).replace('AmazonSSM.', '');
      const fault = this.faults.next();
      this.requests.push({ operation, body });
      if (fault === 'hang') return;
      if (fault === 'delay') await wait(150);
      sendAnswer(response, this.#answer(request, operation, body, fault), fault);
    } catch {
      // The client left.
      response.destroy();
    }
  }

  #answer(request: IncomingMessage, operation: string, body: string, fault: Fault | undefined): HttpAnswer {
    try {
      requireSignature(request.headers, 'ssm', region);
      if (keyOf(request) !== staticKey)
        throw new Refusal('UnrecognizedClientException', 'The security token included in the request is invalid.');
      if (fault === 'server_error') throw new Refusal('InternalServerError', 'An error occurred.', 500);
      if (fault === 'throttle') throw new Refusal('ThrottlingException', 'Rate exceeded');
      if (fault === 'deny' || this.deniedActions.has(operation)) throw accessDenied(operation, 'ssm');
      if (fault === 'expire')
        throw new Refusal('ExpiredTokenException', 'The security token included in the request is expired');
      const run = operations[operation];
      if (run === undefined) throw new Refusal('UnknownOperationException', '');
      const answer = run(this.store, new Input(JSON.parse(body)), this.pageLimit);
      return json(200, fault === 'partial_batch' ? withoutFirst(answer) : answer);
    } catch (error) {
      return refused(error);
    }
  }
}

function withoutFirst(answer: Record<string, unknown>): Record<string, unknown> {
  const { Parameters: parameters } = answer;
  return Array.isArray(parameters) ? { ...answer, Parameters: parameters.slice(1) } : answer;
}
