import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createMasker, type Masker } from '@kici-dev/secret-masker';
import { describeLane } from '@kici-dev/secret-backend-conformance/testing';
import { describe, expect, it } from 'vitest';
import { ownPart, windows } from './support/cells.ts';
import type { SecretDocument } from './support/document.ts';
import { documents } from './support/documents.ts';
import { logs } from './support/logs.ts';
import { isInstalled, printAll, type Printed } from './support/tools.ts';
import { unlikeText } from './support/values.ts';

const programs = ['node', 'python3', 'go', 'php', 'jq', 'bash', 'zsh'] as const;
/** Base64 that breaks a short value into two pieces, and what shows a part of it, as docs/masking.md says of such. */
const limits = new Set(['encodebytes', 'error of int', 'error of urllib']);
const maskers = new Map<SecretDocument, Masker>();

function maskerOf(document: SecretDocument): Masker {
  const masker = maskers.get(document) ?? createMasker();
  if (!maskers.has(document)) masker.add(Buffer.from(document.text));
  maskers.set(document, masker);
  return masker;
}

it('there are a hundred of them', () => {
  expect(documents.length).toBeGreaterThanOrEqual(100);
  expect(new Set(documents.map(({ name }) => name)).size).toBe(documents.length);
});

describe.each(documents.map((document) => [document.name, document] as const))('%s', (_, document) => {
  it('hides each secret in it, by itself and in other company', () => {
    for (const secret of document.secrets) expect(maskerOf(document).mask(`x ${secret} y`)).toBe('x *** y');
  });

  it('shows what is no secret in it', () => {
    for (const text of document.open) expect(maskerOf(document).mask(`x ${text} y`)).toBe(`x ${text} y`);
  });

  it('shows no eight characters of one where it is printed as it is, or by line', () => {
    const masker = maskerOf(document);
    const printed = [document.text, ...document.text.split('\n')].map((text) => masker.mask(`> ${text} <`)).join('\n');
    // Armour in base64 begins certificates, too.
    const parts = document.secrets
      .flatMap((secret) => windows(secret, 8))
      .filter((part) => !document.open.some((text) => text.includes(part)));
    expect(parts.filter((part) => printed.includes(part))).toEqual([]);
  });
});

describe('a secret leaf as a program prints it', () => {
  for (const program of programs) {
    const missing = isInstalled(program) ? undefined : `there is no ${program}; \`.ci/setup\` installs it`;
    describeLane({ describe, test: it }, { name: program, missing }, () => {
      it('shows no eight characters of it', () => {
        expect(shownBy(program)).toEqual([]);
      });
    });
  }
});

/** What the program makes of each leaf that still shows, and is not the same for a leaf of other letters. */
function shownBy(program: string): readonly string[] {
  const leaves = documents.flatMap((document) => document.secrets.map((secret) => ({ document, secret })));
  const printed = printAll(
    program,
    leaves.map(({ secret }) => secret),
  );
  const key = ({ dialect, value }: Printed): string => `${dialect} ${value}`;
  const frames = new Map(
    printAll(
      program,
      leaves.map(({ secret }) => unlikeText(secret)),
    ).map((row) => [key(row), row.output]),
  );
  expect(printed.length).toBeGreaterThanOrEqual(leaves.length * 5);
  return printed
    .filter(({ dialect }) => !limits.has(dialect))
    .flatMap((row) => {
      const { document, secret } = leaves[row.value] ?? {};
      if (document === undefined) throw new Error(`${program} printed a leaf that is none`);
      const frame = frames.get(key(row)) ?? '';
      const masked = maskerOf(document).mask(row.output);
      const left = windows(ownPart(row.output, frame), 8).find(
        (part) => masked.includes(part) && !frame.includes(part),
      );
      return left === undefined ? [] : [`${row.dialect} × ${document.name}: ${secret} shows ${left}`];
    });
}

describe('a value that would be costly to take apart is masked all the same', () => {
  const size = 65_536;
  const fill = (text: string): string => text.repeat(size).slice(0, size);
  it.each([
    ['brackets', '['.repeat(size / 2) + ']'.repeat(size / 2)],
    ['braces', `${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}`],
    ['blanks in a field', `;name${' '.repeat(size - 10)};`],
    ['names and dots', fill('a.a.')],
    ['names and colons', fill('a:1:a:1:')],
    ['quotes that stay open', fill('key="open\n')],
    ['keys without values', fill('key:\n')],
    ['tags', fill('<a ')],
    ['addresses', fill('a://')],
    ['armour', fill('-----BEGIN ')],
  ])('%s', (_, text) => {
    const masker = createMasker();
    masker.add(Buffer.from(text));
    expect(masker.mask(`< ${text} >`)).toBe('< *** >');
  });
});

it('nothing else is lost: logs and files go out as they are with all of them registered', async () => {
  const masker = createMasker();
  for (const { text } of documents) masker.add(Buffer.from(text));
  let bytes = 0;
  const checkout = join(import.meta.dirname, '../..');
  const files = await Promise.all(
    ['package-lock.json', 'CONTRIBUTING.md', 'docs/deploy/compose/compose.yaml', 'docs/deploy/chart/values.yaml'].map(
      (name) => readFile(join(checkout, name), 'utf8'),
    ),
  );
  for (const log of [...files, ...logs(10_000_000)]) {
    bytes += log.length;
    const masked = masker.mask(log);
    if (masked !== log) expect(masked).toBe(log);
  }
  expect(bytes).toBeGreaterThanOrEqual(10_000_000);
});
