import type * as z from 'zod';
import type { OperationId, operations } from '../api/registry.ts';
import type { Call } from './caller.ts';

export type OperationInput<Id extends OperationId> = z.output<(typeof operations)[Id]['input']>;
export type OperationOutput<Id extends OperationId> = z.input<(typeof operations)[Id]['output']>;

/** One function per operation; a missing one is a type error. */
export type Handlers = {
  readonly [Id in OperationId]: (input: OperationInput<Id>, call: Call) => Promise<OperationOutput<Id>>;
};

export type HandlersFor<Id extends OperationId> = Pick<Handlers, Id>;
