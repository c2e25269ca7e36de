import { setTimeout as wait } from 'node:timers/promises';
import type { Fault } from '@kici-dev/secret-backend-conformance';
import { FaultScript } from '@kici-dev/secret-backend-conformance/testing';
import { methods, type Message } from './methods.ts';
import type { Model } from './model.ts';
import { RpcError } from './rpc-error.ts';

export interface RecordedRequest {
  readonly method: string;
  readonly request: Message;
  readonly headers: Readonly<Record<string, string>>;
}

/** How a transport reacts to a request: with an answer, or with a fault that only the wire can show. */
export type Reaction =
  | { readonly kind: 'answer'; readonly message: Message }
  | { readonly kind: 'refuse'; readonly error: RpcError }
  | { readonly kind: 'break'; readonly how: WireFault; readonly message: Message };

const wireFaults = [
  'hang',
  'reset',
  'half_body',
  'garbage',
  'empty',
  'flood',
  'swarm',
] as const satisfies readonly Fault[];
export type WireFault = (typeof wireFaults)[number];

function isWireFault(fault: Fault | undefined): fault is WireFault {
  return wireFaults.some((each) => each === fault);
}

const refusals: Partial<Record<Fault, () => RpcError>> = {
  server_error: () => new RpcError('UNAVAILABLE', 'The service is currently unavailable.'),
  throttle: () => new RpcError('RESOURCE_EXHAUSTED', 'Quota exceeded for quota metric.', 2),
  deny: () => new RpcError('PERMISSION_DENIED', 'Permission denied (or it may not exist).'),
  expire: () => new RpcError('UNAUTHENTICATED', 'Request had invalid authentication credentials.'),
};

/** One model behind every transport: who may call, what is recorded, which fault comes next. */
export class FakeService {
  readonly model: Model;
  readonly faults = new FaultScript();
  readonly requests: RecordedRequest[] = [];
  readonly tokens = new Set<string>();
  inFlight = 0;
  maxInFlight = 0;
  /** Holds back every request until it resolves. */
  gate: Promise<void> | undefined;
  /** Called just before a method does its work. */
  before: ((method: string) => void) | undefined;
  /** Changes answers on their way out. */
  alter: ((method: string, message: Message) => Message) | undefined;
  /** Holds back an answer after its work was done. */
  delay: ((message: Message) => Promise<void> | undefined) | undefined;
  private readonly waiting: { readonly count: number; readonly resolve: () => void }[] = [];

  constructor(model: Model, tokens: readonly string[]) {
    this.model = model;
    for (const token of tokens) this.tokens.add(token);
  }

  /** Resolves once so many requests have arrived. */
  arrived(count: number): Promise<void> {
    return new Promise((resolve) => this.waiting.push({ count, resolve }));
  }

  async handle(method: string, request: Message, headers: Readonly<Record<string, string>>): Promise<Reaction> {
    this.requests.push({ method, request, headers });
    for (const { count, resolve } of this.waiting) if (this.requests.length >= count) resolve();
    this.inFlight += 1;
    this.maxInFlight = Math.max(this.maxInFlight, this.inFlight);
    try {
      await this.gate;
      return await this.react(method, request, headers);
    } finally {
      this.inFlight -= 1;
    }
  }

  private async react(method: string, request: Message, headers: Readonly<Record<string, string>>): Promise<Reaction> {
    const fault = this.faults.next();
    if (fault === 'delay') await wait(150);
    const refusal = fault === undefined ? undefined : refusals[fault];
    if (refusal !== undefined) return refuse(refusal());
    try {
      this.requireToken(headers['authorization']);
      this.model.sweep();
      this.before?.(method);
      const answer = (methods[method] ?? unimplemented(method))(this.model, request);
      const message = this.alter?.(method, answer) ?? answer;
      await this.delay?.(message);
      return isWireFault(fault) ? { kind: 'break', how: fault, message } : { kind: 'answer', message };
    } catch (error) {
      if (error instanceof RpcError) return refuse(error);
      throw error;
    }
  }

  private requireToken(authorization: string | undefined): void {
    if (!this.tokens.has(authorization?.replace(/^Bearer /, '') ?? ''))
      throw new RpcError('UNAUTHENTICATED', 'Request had invalid authentication credentials.');
  }
}

function refuse(error: RpcError): Reaction {
  return { kind: 'refuse', error };
}

function unimplemented(method: string): never {
  throw new RpcError('UNIMPLEMENTED', `${method} is not implemented.`);
}
