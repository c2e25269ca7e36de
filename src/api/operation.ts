import type * as z from 'zod';
import type { Permission } from './roles.ts';
import type { Targets } from './targets.ts';

/** What an operation touches at most; decides how carefully it is treated where it is shown or gated. */
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
 * One thing that the orchestrator does, as data. Routes, the OpenAPI document, the client, permissions,
 * audit rows and command-line equivalents are derived from it, so that none of them can disagree.
 */
export interface Operation<Input extends z.ZodObject = z.ZodObject, Output extends z.ZodType = z.ZodType> {
  readonly summary: string;
  readonly category: Category;
  readonly sensitivity: Sensitivity;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /**
   * Below `/api/v1/orgs/{org}`. Names in braces are taken from the input; the rest of the input travels
   * as the query of GET and DELETE, and as the JSON body otherwise.
   */
  readonly path: `/${string}`;
  /** What travels as the query where the rest is a body: names that must be known before the body is read. */
  readonly query?: readonly string[];
  readonly permission: Permission;
  /** What a token must reach that is narrowed to scopes or environments. */
  readonly targets: Targets<z.output<Input>>;
  /** `write`: an intent row before the effect and an outcome row after it. `read`: one row before the answer leaves. */
  readonly audit: 'write' | 'read' | 'none';
  /** The input fields that an audit row records: names, never values. */
  readonly subject: readonly string[];
  /** The command that does the same, without its arguments; `undefined` where only programs call it. */
  readonly command: string | undefined;
  /**
   * How the command takes the input, by field: its flag, or nothing for a word by its position, `?` where that may be
   * left out. `--flag!` is needed, `--flag=` takes a boolean as a word, and `--yes|--no` are for true and for false.
   */
  readonly commandArguments?: Readonly<Record<string, string>>;
  /** Whether the dashboard-write policy can switch it off for cookie sessions. */
  readonly policyGoverned: boolean;
  /** The operation that it is switched off with, whatever the policy says about this one. */
  readonly offWith?: string;
  /** Set where no cookie session may ever do it, whatever the policy says. */
  readonly tokenOnly?: true;
  /** Set where the answer holds values that are not sealed: it leaves over TLS or within this machine alone. */
  readonly answersPlainValues?: true;
  /**
   * Set where the answer may be long and holds nothing secret: it may leave compressed, so that its length tells what
   * is in it.
   */
  readonly compressible?: true;
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
