import { faults } from '@kici-dev/secret-backend-conformance';

const noSuchState = 'Parameter Store knows no such state: a parameter is there, with a value, or it is not';

/** The service has no such thing, so no server and no fake can prove it. */
export const notProvenOnFake = {
  'outcome.name-only': noSuchState,
  ...Object.fromEntries(
    ['deleted', 'destroyed', 'disabled', 'scheduled'].flatMap((state) =>
      [`outcome.${state}`, `listing.${state}`].map((id) => [id, noSuchState]),
    ),
  ),
  ...Object.fromEntries(
    ['deleteCurrent', 'destroyCurrent', 'disableCurrent', 'scheduleDeletion'].map((verb) => [
      `leaks.state.${verb}`,
      noSuchState,
    ]),
  ),
  'outcome.null': 'a parameter holds text, and none of them is null',
  'listing.denied-folder': 'the right to list is for all parameters of the account or none',
  'listing.denied-root': 'the right to list is for all parameters of the account or none',
};

const noFaults = 'a real server does not misbehave on demand; proven on the fake';
const noPolicies = 'the emulators do not enforce policies; proven on the fake';
const operationNames = ['list', 'read', 'batch', 'write', 'delete', 'check'];

export const notProvenOnServers = {
  ...notProvenOnFake,
  ...Object.fromEntries(
    [
      ...faults
        .filter((fault) => fault !== 'partial_batch')
        .flatMap((fault) => operationNames.map((operation) => `fault.${fault}.${operation}`)),
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
  'outcome.denied': noPolicies,
  'leaks.state.denyRead': noPolicies,
  'reasons.refusal': noPolicies,
  'batch.one-denied': noPolicies,
  'outcome.corrupt': 'the emulators do not encrypt; proven on the fake',
  'leaks.state.corrupt': 'the emulators do not encrypt; proven on the fake',
  'batch.few-requests': 'the emulators do not count requests; proven on the fake',
  'listing.hidden': 'the lists of the emulators do not lag; proven on the fake',
};
