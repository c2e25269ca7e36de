import { faults } from '@kici-dev/secret-backend-conformance';
import { programFaults } from './support/program.ts';

const noSuchState = 'a document knows no such state: a key is there or it is not';
const noSuchFault = 'a program that is started has no such failure';
const operationNames = ['list', 'read', 'batch', 'write', 'delete', 'check'];
const otherFaults = faults.filter((fault) => !programFaults.some((own) => own === fault));

export const notProven = Object.fromEntries([
  ...['name-only', 'deleted', 'destroyed', 'disabled', 'scheduled'].map((state) => [`outcome.${state}`, noSuchState]),
  ...['deleted', 'destroyed', 'disabled', 'scheduled'].map((state) => [`listing.${state}`, noSuchState]),
  ...['deleteCurrent', 'destroyCurrent', 'disableCurrent', 'scheduleDeletion'].map((verb) => [
    `leaks.state.${verb}`,
    noSuchState,
  ]),
  ...otherFaults.flatMap((fault) => [
    ...operationNames
      .filter((operation) => fault !== 'partial_batch' || operation === 'batch')
      .map((operation) => [`fault.${fault}.${operation}`, noSuchFault]),
    [`leaks.fault.${fault}`, noSuchFault],
  ]),
  ['reasons.refusal', noSuchFault],
  ['sign-in.pause', 'nothing signs in: a key that opens no document is a failed decryption'],
]);
