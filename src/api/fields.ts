import {
  internalBackendName,
  isFailureCode,
  isFailureReason,
  isReservedScope,
  parseBackendName,
  parseKey,
  parseScopeId,
  parseScopePath,
  type FailureCode,
  type FailureReason,
  type Parsed,
  type ScopeId,
} from '@kici-dev/secret-backend';
import * as z from 'zod';
import { organizationGrammar, organizationRule } from './organization-name.ts';
import { sealedOverheadBytes } from './value-seal.ts';
import { isPattern, mostPatterns, statedKeyGrammar } from './stated-keys.ts';
import { variableNameProblem } from './variable-names.ts';

/** A string that one of the contract's parsers accepts; the parser's reason is the message. */
function parsed(parse: (text: string) => Parsed<unknown>, description: string): z.ZodString {
  return z
    .string()
    .superRefine((text, context) => {
      const result = parse(text);
      if (!result.ok) context.addIssue({ code: 'custom', message: result.reason });
    })
    .describe(description);
}

function parseOpenScopeId(text: string): Parsed<ScopeId> {
  const scope = parseScopeId(text);
  return scope.ok && isReservedScope(scope.value.path)
    ? { ok: false, reason: `scopes that begin with "__" are the system's own: ${scope.value.path}` }
    : scope;
}

/** Why the scope's backend would refuse the key, if that is known without querying it; otherwise `undefined`. */
export function keyProblem(scope: string, key: string): string | undefined {
  const place = parseScopeId(scope);
  const name = parseKey(key);
  return place.ok && place.value.backend === internalBackendName && !name.ok ? name.reason : undefined;
}

const plainName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

export const scopeId: z.ZodString = parsed(parseOpenScopeId, 'backend:path, or a bare path in the internal store');
export const scopePath: z.ZodString = parsed(parseScopePath, 'segments joined by "/"');
export const keyName: z.ZodString = parsed(parseKey, 'a key of an environment');
/** An entry of a job's stated keys: see `isStated`. */
const statedKey = z
  .string()
  .regex(
    statedKeyGrammar,
    'a stated key starts with a letter, "_" or "*" and has at most 255 of A-Z, a-z, 0-9, "_", ".", "-" and "*"',
  )
  .describe('a key, in which "*" stands for any characters');

/** What a job may state. */
export const statedKeys: z.ZodArray<z.ZodString> = z
  .array(statedKey)
  .max(1_000)
  .refine((keys) => keys.filter(isPattern).length <= mostPatterns, `at most ${mostPatterns} of them may have a "*"`);
export const backendName: z.ZodString = parsed(parseBackendName, 'the name of a backend instance');
export const environmentName: z.ZodString = z
  .string()
  .regex(
    plainName,
    'an environment name starts with a letter or digit and has at most 63 of A-Z, a-z, 0-9, ".", "_" and "-"',
  );
/** A key as the backend spells it, in any characters. */
export const sourceKey: z.ZodString = z
  .string()
  .min(1, 'a key is not empty')
  .max(512, 'a key has at most 512 characters');
export const timestamp: z.ZodString = z.string().describe('RFC 3339');

export const maxValueBytes = 65_536;

/** Bytes as base64; the limit is on the bytes. */
export const secretBytes: z.ZodType<string> = z
  .base64()
  .refine((text) => Buffer.byteLength(text, 'base64') <= maxValueBytes, {
    error: `a value has at most ${maxValueBytes} bytes`,
    params: { code: 'too_large' },
  })
  .describe('the value, base64');

/** A value sealed to the orchestrator's key for the way there: see `sealValue`. */
export const sealedBytes: z.ZodType<string> = z
  .base64()
  .refine((text) => Buffer.byteLength(text, 'base64') <= maxValueBytes + sealedOverheadBytes, {
    error: `a value has at most ${maxValueBytes} bytes`,
    params: { code: 'too_large' },
  })
  .describe('instead of the value: the value, sealed to the orchestrator, base64');

/** The key that clients seal values to. */
export const sealingKey = z.object({
  keyId: z.string(),
  publicKey: z.base64().describe('X25519, 32 bytes'),
  fingerprint: z.string().describe('SHA-256 of the public key, hex'),
});

export const failureCode: z.ZodType<FailureCode> = z.string().refine(isFailureCode, 'an unknown failure code');

const failureReason: z.ZodType<FailureReason> = z.string().refine(isFailureReason, 'an unknown reason');

/** Why something failed with its code, as far as is known. */
export const why = {
  reason: failureReason.optional().describe('why it failed as the code says, where that is known'),
  about: z.string().optional().describe('the setting or the secret that the reason is about'),
};

/** The last failure of a whole backend, whatever has succeeded since. */
export const pastFailure = z.object({
  code: failureCode,
  ...why,
  at: timestamp,
  meaning: z.string(),
  hint: z.string().describe('what to do next'),
});

/** Names missing from an answer, once per cause. */
export const unavailablePart = z.object({
  backend: z.string(),
  scopes: z.array(z.string()).describe('paths of scopes or folders; empty: all of the backend'),
  code: failureCode,
  ...why,
  answered: z
    .boolean()
    .describe('true: this is the state of the scope, as the backend reports it; false: it could not be queried'),
  meaning: z.string(),
  hint: z.string(),
  bindings: z.array(z.string()).optional().describe('the bindings of the environment that reach into it'),
});

/** The version of something without versions of its own: it changes with any part of the content. */
export const contentVersion: z.ZodString = z
  .string()
  .describe('changes with whatever of it changes; what `expectedVersion` compares');

/** Check-and-set. */
export const expectedVersion: z.ZodString = z
  .string()
  .describe('refused with `conflict` unless this version is current');

export const organizationName: z.ZodString = z.string().regex(organizationGrammar, organizationRule);
/** Variables are part of a step's environment, so a shell must be able to read them. */
export const variableName: z.ZodString = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,254}$/,
    'a variable name starts with a letter or "_" and has at most 255 of A-Z, a-z, 0-9 and "_"',
  );
/** Stricter than `variableName`: not every name may be set, though it may still be deleted. */
export const settableVariable: z.ZodString = z
  .string()
  .superRefine((name, context) => {
    const problem = variableNameProblem(name);
    if (problem !== undefined) context.addIssue({ code: 'custom', message: problem.message });
  })
  .describe('a variable name that does not change how programs load code');
