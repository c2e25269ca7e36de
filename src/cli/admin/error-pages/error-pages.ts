import { apiErrors, clientErrors } from '../../../api/api-error.ts';
import { failureCodes, failureReasons } from '../../../api/failure-words.ts';
import { clientErrorCodes } from '../../terminal/command-error.ts';
import { checkProblems } from './check-problems.ts';
import { resolverErrors } from './resolver-errors.ts';
import { stepErrors } from './step-errors.ts';

/** The explanation of a code, for one of the places where it appears. */
export interface ErrorPage {
  readonly code: string;
  /** Where it appears. */
  readonly seen: string;
  readonly meaning: string;
  readonly next: string;
}

/** Every stable code, once per place. */
export function errorPages(): readonly ErrorPage[] {
  const hinted = (table: Readonly<Record<string, { meaning: string; hint: string }>>, seen: string): ErrorPage[] =>
    Object.entries(table).map(([code, { meaning, hint }]) => ({ code, seen, meaning, next: hint }));
  const told = (table: Readonly<Record<string, { meaning: string; next: string }>>, seen: string): ErrorPage[] =>
    Object.entries(table).map(([code, { meaning, next }]) => ({ code, seen, meaning, next }));
  return [
    ...hinted(clientErrors, 'programs'),
    ...told(clientErrorCodes, 'programs'),
    ...hinted(apiErrors, 'the HTTP API'),
    ...hinted(failureCodes, 'backends'),
    ...hinted(failureReasons, 'reasons of backends'),
    ...Object.entries(stepErrors).flatMap(([name, codes]) => told(codes, `steps, as ${name}`)),
    ...told(checkProblems, 'kici-admin check'),
    ...told(resolverErrors, 'the embedded resolver'),
  ].filter(({ code }) => !code.includes(' '));
}
