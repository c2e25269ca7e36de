import type * as z from 'zod';
import type { Permission } from './roles.ts';
import type { Targets } from './targets.ts';

/** The most sensitive thing that an operation touches; decides how carefully it is shown and gated. */
export type Sensitivity = 'names' | 'values' | 'settings' | 'credentials';

export type Category =
  | 'organizations'
  | 'environments'
  | 'secrets'
  | 'variables'
  | 'backends'
  | 'resolution'
  | 'jobs'
  | 'tokens'
  | 'sessions'
  | 'policy'
  | 'audit';

/**
 * One operation of the orchestrator, as data. Routes, the OpenAPI document, the client, permissions, audit rows and
 * command-line equivalents derive from it, so that none of them can disagree.
 */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  readonly summary: string;
  readonly category: Category;
  readonly sensitivity: Sensitivity;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Relative to `/api/v1/orgs/{org}`. Names in braces are taken from the input; the rest of the input travels as the
   * query of GET and DELETE, otherwise as the JSON body.
   */
  readonly path: `/${string}`;
  /** Fields that travel as the query although there is a body: names that must be known before the body is read. */
  readonly query?: readonly string[];
  readonly permission: Permission;
  /** What a token that is narrowed to scopes or environments must reach. */
  readonly targets: Targets<z.output<Input>>;
  /** `write`: an intent row before the effect and an outcome row after it. `read`: one row before the answer leaves. */
  readonly audit: 'write' | 'read' | 'none';
  /**
   * Whether a write, with this input, changes the orchestrator's own database and nothing else: effect and intent are
   * in one log then, so that no disk holds the effect without the intent. Default: it may change something elsewhere.
   */
  readonly changesOnlyDatabase?: { test(input: z.output<Input>): boolean }['test'];
  /** The input fields that an audit row records: names, never values. */
  readonly subject: readonly string[];
  /** The command that does the same, without its arguments; `undefined` if only programs call the operation. */
  readonly command: string | undefined;
  /**
   * How the command takes each input field: its flag, or nothing for a positional word, `?` if that is optional.
   * `--flag!` is required, `--flag=` takes a boolean as a word, and `--yes|--no` are for true and for false.
   */
  readonly commandArguments?: Readonly<Record<string, string>>;
  /** Whether the dashboard-write policy can switch it off for cookie sessions. */
  readonly policyGoverned: boolean;
  /** The operation that this one is switched off with, whatever the policy says about this one. */
  readonly offWith?: string;
  /** Set if no cookie session may ever do it, whatever the policy says. */
  readonly tokenOnly?: true;
  /** Set if the answer holds unsealed values: it leaves only over TLS or within this machine. */
  readonly answersPlainValues?: true;
  /**
   * Set where the answer may be long and holds nothing secret: it may leave compressed, so that its length tells what
   * is in it.
   */
  readonly compressible?: true;
  /** Set where it may take minutes: a client that accepts lines (`answer-lines.ts`) hears how far it is. */
  readonly tellsProgress?: true;
  /** How long its body may be, where one value is not the most that it takes. */
  readonly maxBodyBytes?: number;
  readonly input: Input;
  readonly output: Output;
}

export function defineOperation<Input extends z.ZodObject, Output extends z.ZodType>(
  operation: Operation<Input, Output> & {
    readonly subject: readonly (keyof Input['shape'])[];
    readonly query?: readonly (keyof Input['shape'])[];
    readonly commandArguments?: Readonly<Partial<Record<keyof Input['shape'], string>>>;
  },
): Operation<Input, Output> {
  return Object.freeze(operation);
}
