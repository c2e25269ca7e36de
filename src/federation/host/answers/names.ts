import {
  answerLimits,
  BackendError,
  isFailureCode,
  parseScopePath,
  quote,
  type FailureCode,
  type ListQuery,
  type ScopePath,
  type SecretDescriptor,
  type UnlistedScope,
  type UnnameableSecret,
} from '@kici-dev/secret-backend';
import { Turns } from '../layers/turns.ts';
import type { Redactor } from './redact.ts';
import { anyText, array, badAnswer, optionalText, record, text } from './shape.ts';

/** Total length of all names in a list. */
const mostCharacters = 2 ** 27;

export interface CheckedNames {
  readonly secrets: readonly SecretDescriptor[];
  readonly unlisted: readonly UnlistedScope[];
  readonly unnameable: readonly UnnameableSecret[];
}

/**
 * Every name of a listing, copied field by field, so that no value slips through with a descriptor. A repeated name
 * means that two names of the service map to one secret; neither may be used.
 * @throws BackendError `bad_answer` if any page is invalid: part of a list is not a list; `too_large` for too many
 * names
 */
export async function collectNames(
  pages: AsyncIterable<unknown>,
  query: ListQuery,
  signal: AbortSignal,
  redactor: Redactor,
): Promise<CheckedNames> {
  const secrets = new Map<string, SecretDescriptor>();
  const unlisted: UnlistedScope[] = [];
  const unnameable: UnnameableSecret[] = [];
  const turns = new Turns();
  let names = 0;
  let characters = 0;
  const count = (...texts: readonly string[]): void => {
    names += 1;
    for (const one of texts) characters += one.length;
    if (names > answerLimits.names || characters > mostCharacters)
      throw new BackendError('too_large', {
        detail: `the list was rejected: a list has at most ${answerLimits.names} names of ${mostCharacters} characters in all`,
      });
  };
  for await (const answer of pages) {
    signal.throwIfAborted();
    // Empty pages could follow one another forever.
    if (turns.isOver) await turns.next(signal);
    const page = record(answer, 'a page of the list');
    for (const item of array(page['secrets'], 'the secrets of a page')) {
      if (turns.isOver) await turns.next(signal);
      const secret = checkDescriptor(item, query, redactor);
      count(secret.scope, secret.key);
      const id = `${secret.scope}\n${secret.key}`;
      secrets.set(id, secrets.has(id) ? { scope: secret.scope, key: secret.key, problem: 'ambiguous' } : secret);
    }
    for (const item of array(page['unlisted'] ?? [], 'the unlisted scopes of a page')) {
      if (turns.isOver) await turns.next(signal);
      const scope = checkUnlisted(item, redactor);
      count(scope.scope);
      unlisted.push(scope);
    }
    for (const item of array(page['unnameable'] ?? [], 'the unnameable secrets of a page')) {
      if (turns.isOver) await turns.next(signal);
      const secret = checkUnnameable(item);
      count(secret.name, secret.reason);
      unnameable.push(secret);
    }
  }
  return { secrets: [...secrets.values()], unlisted, unnameable };
}

function checkDescriptor(item: unknown, query: ListQuery, redactor: Redactor): SecretDescriptor {
  const descriptor = record(item, 'a name of the list');
  const scope = checkScope(descriptor['scope']);
  if (!isAsked(scope, query)) throw badAnswer(`the list names the scope ${quote(scope)}, which was not asked for`);
  const version = optionalText(descriptor['version'], 'a version of the list');
  const updatedAt = optionalText(descriptor['updatedAt'], 'a time of the list');
  const key = anyText(descriptor['key'], 'a key of the list');
  const problem = descriptor['problem'] === undefined ? undefined : checkCode(descriptor['problem']);
  return {
    scope,
    key,
    ...(version !== undefined && { version }),
    ...(updatedAt !== undefined && { updatedAt }),
    ...(descriptor['declaredOnly'] === true && { declaredOnly: true }),
    ...(problem !== undefined && { problem, ...reasonOf(problem, descriptor['reason'], redactor) }),
  };
}

function isAsked(scope: ScopePath, { scope: asked, depth }: ListQuery): boolean {
  if (asked === undefined || scope === asked) return true;
  return depth === 'tree' && scope.startsWith(`${asked}/`);
}

function reasonOf(problem: FailureCode, given: unknown, redactor: Redactor): Pick<SecretDescriptor, 'reason'> {
  const { reason } = redactor.why(problem, given, undefined);
  return reason === undefined ? {} : { reason };
}

function checkUnlisted(item: unknown, redactor: Redactor): UnlistedScope {
  const unlisted = record(item, 'an unlisted scope');
  const { depth } = unlisted;
  const version = optionalText(unlisted['version'], 'the version of an unlisted scope');
  const updatedAt = optionalText(unlisted['updatedAt'], 'the time of an unlisted scope');
  if (depth !== undefined && depth !== 'scope' && depth !== 'tree')
    throw badAnswer('an unlisted scope is neither alone nor a tree');
  const scope = checkScope(unlisted['scope']);
  const code = checkCode(unlisted['code']);
  return {
    scope,
    ...(depth !== undefined && { depth }),
    code,
    ...redactor.about({ scope }).why(code, unlisted['reason'], unlisted['about']),
    ...(version !== undefined && { version }),
    ...(updatedAt !== undefined && { updatedAt }),
  };
}

function checkUnnameable(item: unknown): UnnameableSecret {
  const { name, reason } = record(item, 'an unnameable secret');
  return {
    name: anyText(name, 'the name of an unnameable secret'),
    reason: text(reason, 'the reason of an unnameable secret'),
  };
}

export function checkScope(scope: unknown): ScopePath {
  const path = typeof scope === 'string' ? parseScopePath(scope) : undefined;
  if (path?.ok !== true)
    throw badAnswer(`the list holds an invalid scope${path === undefined ? '' : `: ${path.reason}`}`);
  return path.value;
}

function checkCode(code: unknown): FailureCode {
  if (typeof code !== 'string' || !isFailureCode(code))
    throw badAnswer('the list holds a failure code that does not exist');
  return code;
}
