const noSuchState = 'Secrets Manager knows no such state: a version is there or it is not';

/** The service has no such thing, so that no server and no fake can prove it. */
const byTheService = {
  'outcome.deleted': noSuchState,
  'outcome.destroyed': noSuchState,
  'outcome.disabled': noSuchState,
  'leaks.state.deleteCurrent': noSuchState,
  'leaks.state.destroyCurrent': noSuchState,
  'leaks.state.disableCurrent': noSuchState,
};

const noFolderRights = 'the right to list is for all secrets of the account or none';

export const notProvenOnFake = {
  'secret-per-key': { ...byTheService, 'listing.denied-folder': noFolderRights, 'listing.denied-root': noFolderRights },
  'object-per-scope': { ...byTheService, 'listing.hidden': 'a list lags by whole secrets, which hold all keys of a scope; proven in object-per-scope.test.ts' },
};
