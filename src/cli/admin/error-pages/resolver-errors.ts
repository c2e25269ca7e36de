/** The codes of `ResolverError`, of `@kici-dev/secret-federation`. */
export const resolverErrors = {
  secret_not_found: {
    meaning: 'no backend has the key: each that could hold it was queried and said so',
    next: 'look at the near matches in the message, and at `resolver.list()`',
  },
  secret_unavailable: {
    meaning:
      "whether there is a value, or what it is, could not be determined; the message ends with the backend's own code",
    next: 'follow the hint of that code; `resolver.explain(key)` shows what blocks it',
  },
  secret_not_set: {
    meaning: 'the name is declared and nobody has set a value yet',
    next: 'set one where the message says',
  },
  catalogue_unavailable: {
    meaning: 'the names of a required backend cannot be listed, so there is no resolver',
    next: 'fix the backend, or make it `optional`: keys that it could outrank are then unavailable',
  },
} as const;
