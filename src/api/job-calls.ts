import { parseKey } from '@kici-dev/secret-backend';
import * as check from './checks.ts';
import { isCode, why } from './client-checks.ts';
import type { CheckedCall } from './client.ts';

// The operations of `operations/jobs.ts` as an agent calls them: a test holds the two against each other.

const key = check.text(undefined, (value) => parseKey(value).ok);
const place = { key, backend: check.text(), scope: check.text() };

const isDelivered = check.either(
  check.object({ ...place, status: check.oneOf('sealed') }, { version: check.text(), ageMs: check.amount }),
  check.object({ ...place, status: check.oneOf('unavailable'), code: isCode, hint: check.text() }, why),
  check.object({ ...place, status: check.oneOf('declared') }),
  check.object({ key, status: check.oneOf('not_found', 'refused') }),
);

const areDelivered = check.object({ secrets: check.listOf(isDelivered) }, { sealed: check.base64() });

const isOpened = check.object(
  {
    jobId: check.text(),
    jobToken: check.text(),
    orchestratorPublicKey: check.base64(),
    expiresAt: check.text(),
    catalogue: check.listOf(
      check.object(
        { ...place, status: check.oneOf('available', 'declared', 'unavailable') },
        { version: check.text(), code: isCode, gone: check.oneOf(true), ...why },
      ),
    ),
    openEnded: check.flag,
    unavailable: check.listOf(
      check.object(
        {
          backend: check.text(),
          scopes: check.listOf(check.text()),
          code: isCode,
          answered: check.flag,
          meaning: check.text(),
          hint: check.text(),
        },
        { ...why, bindings: check.listOf(check.text()) },
      ),
    ),
    variables: check.listOf(check.object({ name: check.text(), value: check.text(), locked: check.flag })),
  },
  {
    missing: check.listOf(
      check.object({ key, status: check.oneOf('not_found', 'declared'), near: check.listOf(check.text()) }),
    ),
    writeScope: check.text(),
  },
);

export type OpenedJob = check.Checked<typeof isOpened>;
export type DeliveredSecret = check.Checked<typeof isDelivered>;
export type DeliveredSecrets = check.Checked<typeof areDelivered>;

interface OpenJob {
  readonly environment: string;
  readonly workflow: string;
  readonly job: string;
  readonly secrets?: readonly string[];
  readonly agentPublicKey: string;
}

/** Opens a session for a job. */
export const openJob: CheckedCall<OpenJob, OpenedJob> = { method: 'POST', path: '/jobs', isAnswer: isOpened };

export const readJobSecrets: CheckedCall<
  { readonly jobId: string; readonly keys: readonly string[] },
  DeliveredSecrets
> = {
  method: 'POST',
  path: '/jobs/{jobId}/secrets',
  isAnswer: areDelivered,
};

export const closeJob: CheckedCall<{ readonly jobId: string }, object> = {
  method: 'POST',
  path: '/jobs/{jobId}/close',
  isAnswer: check.object({}),
};
