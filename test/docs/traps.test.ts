import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { caseIds } from '@kici-dev/secret-backend-conformance';

const root = join(import.meta.dirname, '../..');

/**
 * Common mistakes of such adapters and tools, each with the tests that would fail if we made it: a file, and words of a
 * title in it.
 */
const traps: Readonly<Record<string, readonly (readonly [file: string, title: string])[]>> = {
  '1: absent confused with unknown, so that a broader value is served in an outage': [
    [
      'test/federation/resolver/law-2-an-outage-never-changes-a-value.test.ts',
      'whatever fails before a job starts and while it reads',
    ],
    ['backends/vault/test/traps.test.ts', 'absent confused with unknown'],
    ['backends/gcp/test/traps.test.ts', 'absent is not confused with unknown'],
    ['backends/aws/test/traps.test.ts', 'takes a secret that is scheduled for deletion for what it is'],
    ['test/e2e/federation.test.ts', 'swaps none'],
  ],
  '2: errors of a batch dropped': [['backends/aws/test/traps.test.ts', 'drops no entry of BatchGetSecretValue.Errors']],
  '3: a batch that cannot pin versions': [
    ['backends/aws/test/traps.test.ts', 'splits pinned versions off before a batch'],
  ],
  '4: latest taken for the newest enabled version': [
    ['backends/gcp/test/traps.test.ts', 'never the newest enabled one'],
  ],
  '5: a 404 with a body taken for a 404 without': [
    ['backends/vault/test/traps.test.ts', '404 with a body'],
    ['backends/vault/test/traps.test.ts', '`data: null` is served'],
  ],
  '6: a checksum unchecked, or missed when it is left out': [
    ['backends/gcp/test/traps.test.ts', 'data_crc32c is checked'],
    ['backends/gcp/test/traps.test.ts', 'data_crc32c may be left out'],
  ],
  '7: a cache keyed by name alone': [
    ['test/federation/host/value-cache.test.ts', 'every coordinate of a request is part of the key'],
    ['backends/vault/test/traps.test.ts', 'remembered by its name alone'],
  ],
  '8: base64 masking that misses a secret inside a longer text': [
    ['test/masker/encodings.test.ts', 'leaves at most the characters that neighbours reach into'],
  ],
  '9: maskers that leak at chunk borders': [
    ['test/masker/streaming.test.ts', 'gives the same for every way to cut it'],
    ['test/masker/streaming.test.ts', 'never breaks UTF-8'],
  ],
  '10: registration that replaces, and secrets of several lines': [
    ['test/masker/streaming.test.ts', 'registered while a part of it is held back'],
    ['test/masker/encodings.test.ts', 'are masked as a whole and line by line'],
  ],
  '11: expose that reaches later steps and not its own shell': [
    ['test/agent/environment.test.ts', 'expose reaches $, child processes and process.env at once, and no other step'],
  ],
  '12: priority by the order of rows, and winner and metadata that disagree': [
    [
      'test/federation/resolver/law-3-priority.test.ts',
      'permuting bindings, backends, listings and secrets changes nothing',
    ],
    [
      'test/federation/resolver/law-3-priority.test.ts',
      'explain, entries, frozen catalogue and reads agree on the winner',
    ],
  ],
  '13: rotation that forgets a store or loses an update': [
    ['test/e2e/rotate-key.test.ts', 'puts every store under the new key'],
    ['test/keyring/rotate-key.test.ts', 'takes along a data key that is made meanwhile'],
    ['test/keyring/rotate-key.test.ts', 'lets no process that still has the old key'],
  ],
  '14: health checks without authentication': [
    ['backends/vault/test/traps.test.ts', 'a health check without authentication'],
    ['backends/aws/test/traps.test.ts', 'finds wrong credentials in a check'],
    ['backends/gcp/test/traps.test.ts', 'a health check signs in'],
  ],
  '15: a prompt that echoes, an empty pipe that erases, bytes that become U+FFFD': [
    ['test/cli/terminal.test.ts', 'cannot be made to show what is typed'],
    ['test/cli/secret-set.test.ts', 'refuses an empty value unless told otherwise'],
    ['test/cli/secret-set.test.ts', 'instead of storing U+FFFD'],
  ],
};

it.each(Object.entries(traps))('trap %s: has its tests', async (_, proofs) => {
  for (const [file, title] of proofs) {
    const titles = [
      ...(await readFile(join(root, file), 'utf8')).matchAll(/\bit(?:\.each\([^)]*\))?\((['"`])(.*?)\1,/g),
    ].map(([, , words = '']) => words.replaceAll("\\'", "'"));
    expect(
      titles.filter((words) => words.includes(title)),
      `${file}: ${title}`,
    ).toHaveLength(1);
  }
});

it('the conformance kit has a case for each way to take failure for absence', () => {
  for (const id of [
    'outcome.deleted',
    'outcome.destroyed',
    'outcome.disabled',
    'outcome.scheduled',
    'outcome.denied',
    'outcome.corrupt',
    'fault.server_error.read',
    'fault.throttle.read',
    'fault.hang.read',
    'fault.partial_batch.batch',
  ]) {
    expect(caseIds).toContain(id);
  }
});
