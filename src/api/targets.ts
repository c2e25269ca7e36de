/** Something that an operation reaches, to be compared with the scopes and environments that a token is narrowed to. */
export type Target =
  /** An environment as seen by tokens that reach only some of its scopes. */
  | { readonly kind: 'view'; readonly environment: string }
  /** An environment itself: its variables, its existence. */
  | { readonly kind: 'environment'; readonly environment: string }
  /** A scope, as `backend:path`. */
  | { readonly kind: 'scope'; readonly scope: string }
  /** A scope and those below it, shown as far as the token reaches. */
  | { readonly kind: 'tree'; readonly scope: string }
  /** Scopes of a backend, shown as far as the token reaches; default: of any backend. */
  | { readonly kind: 'backend'; readonly backend: string | undefined }
  /** Everything that a binding of this pattern can select. */
  | { readonly kind: 'pattern'; readonly pattern: string };

/**
 * What an operation reaches with an input; `organization`: something beyond any scope and environment. What is found
 * only in storage, such as the scope of a binding being removed, its handler checks.
 */
export type Targets<Input> = 'organization' | { reach(input: Input): readonly Target[] }['reach'];

/** For operations that touch no scope or environment, or whose handler checks them. */
export const noTargets = (): readonly Target[] => [];

export const viewOf = ({ environment }: { readonly environment: string }): readonly Target[] => [
  { kind: 'view', environment },
];

export const environmentOf = ({ environment }: { readonly environment: string }): readonly Target[] => [
  { kind: 'environment', environment },
];

export const scopeOf = ({ scope }: { readonly scope: string }): readonly Target[] => [{ kind: 'scope', scope }];
