import {
  BackendError,
  quote,
  unknown,
  type BackendCapabilities,
  type BackendHost,
  type CallContext,
  type ReadOutcome,
  type SecretBackend,
  type SecretRef,
  type SecretValue,
} from '@kici-dev/secret-backend';
import { descriptorOf, listIn, outcomeOf, requiredText, scopeIn, textIn } from './answers.ts';
import { createClient } from './client.ts';

/** What the backend is made from; `definition` reads it from the settings. */
export interface Options {
  readonly address: URL;
  readonly token: SecretValue;
  readonly capabilities: BackendCapabilities;
  readonly host: BackendHost;
}

export function createBackend({ address, token, capabilities, host }: Options): SecretBackend {
  const client = createClient(address, token, host);
  let closed = false;
  const begin = ({ signal }: CallContext): void => {
    if (closed) throw new BackendError('closed');
    if (signal.aborted) throw new BackendError('aborted');
  };

  async function readBatch(refs: readonly SecretRef[], context: CallContext): Promise<readonly ReadOutcome[]> {
    try {
      const asked = refs.map(({ scope, key }) => ({ scope, key }));
      const answers = listIn(await client.ask('/v1/read', { refs: asked }, 'value', context), 'answers');
      const byRef = new Map(answers.map((one) => [idOf(textIn(one, 'scope'), textIn(one, 'key')), one]));
      // What the answer omits is not known to be missing.
      return refs.map(({ scope, key }) => outcomeOf(byRef.get(idOf(scope, key))));
    } catch (thrown) {
      const failure = BackendError.is(thrown) ? thrown.toOutcome() : unknown('bad_answer');
      return refs.map(() => failure);
    }
  }

  return {
    capabilities,
    async *list({ scope, depth }, context) {
      begin(context);
      let after: string | undefined;
      do {
        const page = await client.ask('/v1/list', { scope, depth, after }, 'list', context);
        const secrets = listIn(page, 'secrets').map(descriptorOf);
        const refused = listIn(page, 'refused').map((folder) => scopeIn(String(folder)));
        yield { secrets, unlisted: refused.map((folder) => ({ scope: folder, code: 'permission_denied' as const })) };
        after = textIn(page, 'next');
      } while (after !== undefined);
    },
    async read(refs, context) {
      if (closed) throw new BackendError('closed');
      const outcomes = new Map<SecretRef, ReadOutcome>();
      const current = refs.filter(({ version }) => version === undefined);
      for (let start = 0; start < current.length; start += capabilities.readBatchSize) {
        const batch = current.slice(start, start + capabilities.readBatchSize);
        const answers = await readBatch(batch, context);
        for (const [index, ref] of batch.entries()) outcomes.set(ref, answers[index] ?? unknown('bad_answer'));
      }
      return refs.map((ref) => outcomes.get(ref) ?? unknown('unsupported', 'this store keeps one version'));
    },
    async write({ scope, key, value, expectedVersion }, context) {
      begin(context);
      if (expectedVersion !== undefined)
        throw new BackendError('unsupported', { detail: 'this store has no check-and-set' });
      if (value.byteLength > capabilities.maxValueBytes)
        throw new BackendError('too_large', { detail: `the value of ${quote(key)} has ${value.byteLength} bytes` });
      const body = { scope, key, value: Buffer.from(value.bytes()).toString('base64') };
      return { version: requiredText(await client.ask('/v1/write', body, 'value', context), 'version') };
    },
    async delete({ scope, key }, context) {
      begin(context);
      const answer = await client.ask('/v1/delete', { scope, key }, 'value', context);
      return { existed: requiredText(answer, 'was') === 'found' };
    },
    async check(context) {
      begin(context);
      return { identity: requiredText(await client.ask('/v1/whoami', {}, 'value', context), 'identity') };
    },
    async close() {
      closed = true;
      client.close();
    },
  };
}

function idOf(scope: string | undefined, key: string | undefined): string {
  return JSON.stringify([scope, key]);
}
