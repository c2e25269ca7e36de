import { faults } from '@kici-dev/secret-backend-conformance';

const noSuchState = 'Secrets Manager knows no such state: a version is there or it is not';

/** The service has no such thing, so no server and no fake can prove it. */
const byTheService = {
  'outcome.deleted': noSuchState,
  'outcome.destroyed': noSuchState,
  'outcome.disabled': noSuchState,
  'listing.deleted': noSuchState,
  'listing.destroyed': noSuchState,
  'listing.disabled': noSuchState,
  'leaks.state.deleteCurrent': noSuchState,
  'leaks.state.destroyCurrent': noSuchState,
  'leaks.state.disableCurrent': noSuchState,
};

const noFields = 'a secret for each key holds text or bytes, and none of them is null';
const noFolderRights = 'the right to list is for all secrets of the account or none';

export const notProvenOnFake = {
  'secret-per-key': {
    ...byTheService,
    'outcome.null': noFields,
    'listing.denied-folder': noFolderRights,
    'listing.denied-root': noFolderRights,
  },
  'object-per-scope': {
    ...byTheService,
    'listing.hidden':
      'a list lags by whole secrets, which hold all keys of a scope; proven in object-per-scope.test.ts',
  },
};

const noFaults = 'a real server does not misbehave on demand; proven on the fake';
const operationNames = ['list', 'read', 'batch', 'write', 'delete', 'check'];
const faultNames = faults.filter((fault) => fault !== 'partial_batch');

/** Needs faults, denials, broken keys or request counts, which no emulator offers. */
const byTheServer = {
  ...byTheService,
  ...Object.fromEntries(
    [
      ...faultNames.flatMap((fault) => operationNames.map((operation) => `fault.${fault}.${operation}`)),
      'fault.partial_batch.batch',
      ...faults.filter((fault) => fault !== 'delay').map((fault) => `leaks.fault.${fault}`),
      ...operationNames.map((operation) => `abort.during.${operation}`),
      'listing.breaks-midway',
      'holding.flood',
      'holding.swarm',
      'recovery.flood',
      'recovery.swarm',
    ].map((id) => [id, noFaults]),
  ),
  'outcome.denied': 'the emulators do not enforce policies; proven on the fake',
  'leaks.state.denyRead': 'the emulators do not enforce policies; proven on the fake',
  'reasons.refusal': 'the emulators do not enforce policies; proven on the fake',
  'batch.one-denied': 'the emulators do not enforce policies; proven on the fake',
  'outcome.corrupt': 'the emulators do not encrypt; proven on the fake',
  'leaks.state.corrupt': 'the emulators do not encrypt; proven on the fake',
  'batch.few-requests': 'the emulators do not count requests; proven on the fake',
  'listing.denied-folder': noFolderRights,
  'listing.denied-root': noFolderRights,
  'listing.hidden': 'the lists of the emulators do not lag; proven on the fake',
};

export const notProvenOnServers = {
  'secret-per-key': { ...byTheServer, 'outcome.null': noFields },
  'object-per-scope': byTheServer,
};

const deletedTakesValues = 'PutSecretValue on a secret that is scheduled for deletion succeeds, and should be refused';

export const wrongOnLocalStack = {
  'secret-per-key': { 'deleting.write-again': deletedTakesValues },
  'object-per-scope': {},
};
export const wrongOnMoto = {
  'secret-per-key': { 'deleting.write-again': deletedTakesValues },
  'object-per-scope': {},
};
