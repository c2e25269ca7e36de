/** Messages from the agent to a step host. The host trusts it; no schema library is loaded in a step. */
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
  /** The job's variables, on top of the process's own environment. */
  readonly variables: Readonly<Record<string, string>>;
  /** `undefined`: the job binds none. */
  readonly environment?: string;
  /** Where a secret that is missing can be set, as `kici-admin secret set --scope` takes it. */
  readonly writeScope?: string | undefined;
  readonly catalogue: readonly CatalogueEntry[];
  /** Whether a key that is not in the catalogue may exist anyway. */
  readonly openEnded: boolean;
  readonly stripped: readonly StrippedSource[];
  readonly modules: ModuleRecords;
  /** The folder of the project; absolute. */
  readonly project: string;
}

/** What modules the workflows were made of when they were read. */
export interface ModuleRecords {
  readonly files: readonly FileRecord[];
  readonly imports: readonly ImportRecord[];
}

export interface FileRecord {
  readonly path: string;
  /** Of what runs, in hexadecimal digits. */
  readonly sha256: string;
}

/** Where a name in a module leads. */
export interface ImportRecord {
  /** The module's URL, or `entry` for the file of a workflow. */
  readonly parent: string;
  readonly kind: 'import' | 'require';
  readonly specifier: string;
  /** `null`: nowhere. */
  readonly url: string | null;
}

/**
 * TypeScript that need not be stripped of its types once more, known by its whole text: a file that has changed since
 * is another one.
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
}

export interface LoadWorkflows {
  readonly type: 'load';
  /** Absolute paths. */
  readonly files: readonly string[];
  /** Whether the process waits for a step once it has read them, or ends. */
  readonly stays: boolean;
}

/** One answer for each request that came in one message. */
export interface Answers {
  readonly type: 'answers';
  readonly answers: readonly AgentAnswer[];
}

export type AgentAnswer =
  | { readonly id: number; readonly status: 'value'; readonly value: string; readonly meta: ValueMeta }
  | { readonly id: number; readonly status: 'binary' }
  /** A file that the agent wrote. */
  | { readonly id: number; readonly status: 'mounted'; readonly path: string }
  /** What the host writes to a file within its own sandbox, base64. */
  | { readonly id: number; readonly status: 'contents'; readonly contents: string }
  /** From here on a value of the author's own shows in nothing that is printed, or the log says that it does. */
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
      /** What the code means, in words. */
      readonly meaning: string;
      /** Why it failed so. What that is about is the operator's, and stays with the agent. */
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
