import type * as z from 'zod';
import type { ApiClient } from '../../api/client.ts';
import type { Operation } from '../../api/operation.ts';
import type { OperationId, operations as registry } from '../../api/registry.ts';
import type { EntryPlace } from '../../api/value-seal.ts';
import type { ConnectionFlags } from '../server-url.ts';
import { organizationOf, urlOf } from '../server-url.ts';
import { UsageError } from '../terminal/command-error.ts';
import type { Io } from '../terminal/io.ts';
import { withProgress } from '../terminal/progress.ts';
import type { ValueFlags, ValueInput } from '../value-input/value-input.ts';

type Registry = typeof registry;
type Operations = { readonly [Id in OperationId]: Operation<Registry[Id]['input'], z.ZodType<OutputOf<Id>>> };
export type InputOf<Id extends OperationId> = z.input<Registry[Id]['input']>;
export type OutputOf<Id extends OperationId> = z.output<Registry[Id]['output']>;

/**
 * What a command works with. The registry and its schemas are loaded when first needed, so that help, completion and
 * usage errors cost none of it.
 */
export class ApiSession {
  readonly io: Io;
  /** Width of the terminal on stdout; `undefined` in a pipe. */
  readonly columns: number | undefined;
  /** Whether standard output gets the result as JSON, and nothing else. */
  readonly json: boolean;
  readonly #flags: ConnectionFlags;
  #client: Promise<ApiClient> | undefined;
  #sealingKey: Promise<{ readonly publicKey: string }> | undefined;

  constructor(io: Io, flags: ConnectionFlags, json: boolean) {
    this.io = io;
    this.columns = io.stdout.isTTY === true ? widthOf(io.stdout.columns) : undefined;
    this.json = json;
    this.#flags = flags;
  }

  /** The orchestrator's address. @throws UsageError */
  get url(): URL {
    return new URL(urlOf(this.#flags, this.io));
  }

  /** The organization of every call. @throws UsageError */
  get organization(): string {
    return organizationOf(this.#flags, this.io);
  }

  /** @throws UsageError for input that the operation would refuse; ApiError */
  async call<Id extends OperationId>(id: Id, input: InputOf<Id>): Promise<OutputOf<Id>> {
    const operation = await this.#operation(id);
    refuse(operation.input, input);
    const client = await (this.#client ??= this.#connect());
    return withProgress(this.io, 'waiting for the orchestrator', (tell) =>
      client.call(operation, input, undefined, ({ done, of }) => {
        if (of > 0) tell(`${done.toLocaleString('en')} of ${of.toLocaleString('en')}`);
      }),
    );
  }

  /** Refuses invalid names before a value is asked for. @throws UsageError */
  async precheck<Id extends OperationId>(id: Id, input: Partial<InputOf<Id>>): Promise<void> {
    const operation = await this.#operation(id);
    refuse(operation.input.partial(), input);
  }

  /** The bytes to store, read as the flags say. @throws UsageError, CommandError */
  async readValue(flags: ValueFlags, label: string): Promise<ValueInput> {
    const { readValue } = await import('../value-input/value-input.ts');
    return readValue(flags, label, this.io);
  }

  /**
   * Seals bytes to the orchestrator, so that nothing in between can read them.
   * @returns base64
   * @throws ApiError
   */
  async seal(place: Omit<EntryPlace, 'organization'>, bytes: Uint8Array): Promise<string> {
    const { publicKey } = await (this.#sealingKey ??= this.call('secrets.sealingKey', {}));
    const { sealValue } = await import('../../api/value-seal.ts');
    return sealValue(publicKey, { ...place, organization: this.organization }, bytes);
  }

  async #operation<Id extends OperationId>(id: Id): Promise<Operations[Id]> {
    const { operationOf } = await import('./operations.ts');
    return operationOf(id);
  }

  async #connect(): Promise<ApiClient> {
    const { connectOnceStarted } = await import('../connection.ts');
    return connectOnceStarted(this.#flags, this.io);
  }
}

/** A terminal that does not know its width reports 0. */
function widthOf(columns: number | undefined): number {
  return columns === undefined || columns === 0 ? 80 : columns;
}

function refuse(schema: z.ZodType, input: unknown): void {
  const issue = schema.safeParse(input).error?.issues[0];
  if (issue !== undefined)
    throw new UsageError(
      `${issue.path.map(String).join('.')}: ${issue.message}`,
      'see --help for what the command takes',
    );
}
