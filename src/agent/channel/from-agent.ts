/** Messages from the agent to a step host, which trusts them: no schema library is loaded in a step. */
export type AgentMessage = StartStep | LoadWorkflows | Answers;

export interface StartStep {
  readonly type: 'start';
  /** Absolute path of the file whose default export is the workflow. */
  readonly file: string;
  readonly workflow: string;
  readonly job: string;
  readonly step: string;
  readonly jobIndex: number;
  readonly stepIndex: number;
  /** The job's variables, added to the process's own environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** `undefined`: the job binds none. */
  readonly environment?: string;
  /** Where a missing secret can be set, in the form that `kici-admin secret set --scope` takes. */
  readonly writeScope?: string | undefined;
  readonly catalogue: readonly CatalogueEntry[];
  /** Whether a key that is not in the catalogue may exist anyway. */
  readonly openEnded: boolean;
  /** Whether that is so because something could not be queried, not only because lists lag. */
  readonly unlisted: boolean;
  /** The only keys that the job may have; default: every key of the environment. */
  readonly stated?: readonly string[] | undefined;
  readonly stripped: readonly StrippedSource[];
  readonly modules: ModuleRecords;
  /** The folder of the project; absolute. */
  readonly project: string;
}

/** The modules that the workflows consisted of when they were read. */
export interface ModuleRecords {
  readonly files: readonly FileRecord[];
  readonly imports: readonly ImportRecord[];
}

/** The code that runs, or its hash in hex, for which Node.js loads more than for most steps. */
export type FileRecord =
  { readonly path: string; readonly code: string } | { readonly path: string; readonly sha256: string };

/** What a name in a module resolves to. */
export interface ImportRecord {
  /** The module's URL, or `entry` for a workflow file. */
  readonly parent: string;
  readonly kind: 'import' | 'require';
  readonly specifier: string;
  /** `null`: it resolves to nothing. */
  readonly url: string | null;
}

/**
 * TypeScript whose types are stripped already. It is identified by its whole text, so a changed file does not match.
 */
export interface StrippedSource {
  readonly typescript: string;
  readonly javascript: string;
}

export interface CatalogueEntry {
  readonly key: string;
  readonly backend: string;
  readonly scope: string;
  readonly version?: string | undefined;
  readonly status: 'available' | 'declared' | 'unavailable';
  /** It is deleted wherever it was. */
  readonly gone?: true | undefined;
}

/** Whether a job counts the key among its secrets. */
export function isListed({ status, gone }: CatalogueEntry): boolean {
  return status !== 'declared' && gone !== true;
}

export interface LoadWorkflows {
  readonly type: 'load';
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Whether the process waits for a step once it has read them, or ends. */
  readonly stays: boolean;
}

/** One answer per request of one message. */
export interface Answers {
  readonly type: 'answers';
  readonly answers: readonly AgentAnswer[];
}

export type AgentAnswer =
  | { readonly id: number; readonly status: 'value'; readonly value: string; readonly meta: ValueMeta }
  | { readonly id: number; readonly status: 'binary' }
  /** The agent wrote this file. */
  | { readonly id: number; readonly status: 'mounted'; readonly path: string }
  /** What the host writes to a file in its own sandbox, base64. */
  | { readonly id: number; readonly status: 'contents'; readonly contents: string }
  /** The masker now looks for the author's value, or the log says that it does. */
  | { readonly id: number; readonly status: 'masked' }
  | { readonly id: number; readonly status: 'mask_refused'; readonly message: string }
  | { readonly id: number; readonly status: 'no_value'; readonly problems: readonly KeyProblem[] }
  | {
      readonly id: number;
      readonly status: 'file_error';
      readonly code: 'invalid_file_name' | 'duplicate_file_name' | 'cannot_write';
      readonly message: string;
    };

export interface ValueMeta {
  readonly backend: string;
  readonly scope: string;
  readonly version?: string | undefined;
  readonly ageMs?: number | undefined;
}

export type KeyProblem =
  | { readonly key: string; readonly status: 'not_found' }
  /** The job states its keys, and this is not one of them. */
  | { readonly key: string; readonly status: 'refused' }
  | { readonly key: string; readonly status: 'not_set'; readonly backend: string; readonly scope: string }
  | {
      readonly key: string;
      readonly status: 'unavailable';
      readonly backend: string;
      readonly scope: string;
      readonly code: string;
      /** The code's meaning, in words. */
      readonly meaning: string;
      /** Why it failed. The details concern the operator and stay with the agent. */
      readonly reason?: string | undefined;
      readonly hint: string;
    };

export function isAgentMessage(message: unknown): message is AgentMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    ['start', 'load', 'answers'].includes(String(message.type))
  );
}
