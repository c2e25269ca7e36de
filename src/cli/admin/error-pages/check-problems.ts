/** The kinds of problem that `kici-admin check` lists. */
export const checkProblems = {
  backend_failed: {
    meaning: 'the names of a backend, or of a part of it, cannot be listed',
    next: "follow the hint, which is that of the backend's code; a required backend keeps every job from starting",
  },
  key_unavailable: {
    meaning: 'a key is known and its value is unavailable',
    next: 'follow the hint; `kici-admin explain` shows what blocks it',
  },
  key_unset: { meaning: 'a key is declared and has no value', next: 'set it with the command that the hint shows' },
  twins: {
    meaning: 'two names in a backend map to the same key, so neither is served',
    next: 'rename one of them in the backend',
  },
  not_bindable: {
    meaning: 'a binding selects a name that cannot be a key',
    next: 'give it a key with `--map`, or rename it in the backend',
  },
  backend_unsteady: {
    meaning: 'a backend answers now and failed less than a minute ago',
    next: 'look at `kici-admin backend show`, and at the service',
  },
  scope_unavailable: {
    meaning: 'a scope is deleted, disabled or cannot be parsed, so it is not known which keys it held',
    next: 'restore it or write it again; `--skip-deleted` on its binding counts what is deleted as absent',
  },
  not_nameable: {
    meaning: 'a name in the backend belongs to no scope, so no binding can select it',
    next: 'rename it in the backend, if a job needs it',
  },
  listing_lag: {
    meaning: 'a glob reads from a backend that lists with a delay',
    next: 'bind the exact scope, which is asked by name, where that matters',
  },
  binding_empty: {
    meaning: 'a binding supplies nothing, though its backends have answered',
    next: 'correct or remove it',
  },
  variable_taken: {
    meaning:
      'a variable of the environment has the name of one of its secrets, and a step that exposes the secret loses the variable',
    next: 'delete the variable, or rename one of the two',
  },
} as const;
