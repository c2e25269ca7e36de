/** Cases of the conformance kit that cannot arise with Vault's KV engine, with the reason. */
const always = {
  'outcome.name-only': 'a field of a path exists with its value or not at all',
  'outcome.disabled': 'the KV engine has no disabled versions',
  'outcome.scheduled': 'the KV engine deletes at once; a deletion time that lies ahead is a case of kv2.test.ts',
  'outcome.corrupt': 'the server checks its storage itself, and answers 500',
  'listing.disabled': 'the KV engine has no disabled versions',
  'listing.scheduled': 'the KV engine deletes at once',
  'leaks.state.disableCurrent': 'the KV engine has no disabled versions',
  'leaks.state.scheduleDeletion': 'the KV engine deletes at once',
  'leaks.state.corrupt': 'the server checks its storage itself, and answers 500',
  'fault.partial_batch.batch': 'an answer holds a whole path: a field that is missing from it does not exist',
  'leaks.fault.partial_batch': 'an answer holds a whole path: a field that is missing from it does not exist',
};

export const notProven: Readonly<Record<'1' | '2', Readonly<Record<string, string>>>> = {
  2: always,
  1: {
    ...always,
    'outcome.deleted': 'KV version 1 keeps nothing of what was deleted',
    'outcome.destroyed': 'KV version 1 keeps nothing of what was deleted',
    'listing.deleted': 'KV version 1 keeps nothing of what was deleted',
    'listing.destroyed': 'KV version 1 keeps nothing of what was deleted',
    'leaks.state.deleteCurrent': 'KV version 1 keeps nothing of what was deleted',
    'leaks.state.destroyCurrent': 'KV version 1 keeps nothing of what was deleted',
  },
};
