import { createMasker } from '@kici-dev/secret-masker';
import { describe, expect, it } from 'vitest';
import { documents, type SecretDocument } from './support/documents.ts';
import { logs } from './support/logs.ts';
import { nodeDialects } from './tools/node.ts';

/** Printers that roughly keep their input's length, so that they show whole documents. */
const printers = Object.entries(nodeDialects)
  .filter(([name]) => !/of URL|base64 of base64|of a buffer|^hex$/.test(name))
  .slice(0, 20);

function maskerOf({ text }: SecretDocument) {
  const masker = createMasker();
  masker.add(Buffer.from(text));
  return masker;
}

it('there are forty of them, and twenty ways to print them', () => {
  expect(documents.length).toBeGreaterThanOrEqual(40);
  expect(printers).toHaveLength(20);
});

describe.each(documents.map((document) => [document.name, document] as const))('%s', (_, document) => {
  const masker = maskerOf(document);

  it('hides each secret in it, by itself and in other company', () => {
    for (const secret of document.secrets) expect(masker.mask(`x ${secret} y`)).toBe('x *** y');
  });

  it('shows what is no secret in it', () => {
    for (const text of document.open) expect(masker.mask(`x ${text} y`)).toBe(`x ${text} y`);
  });

  it.each(printers)('hides them in what %s prints', (_name, print) => {
    for (const secret of document.secrets) {
      const printed = masker.mask(print(`first\n${secret}\n`) + print(document.text));
      expect(printed).not.toContain(secret);
      // How the tool rewrites the secret.
      const middle = print(secret).slice(4, -4);
      if (middle.length >= 8) expect(printed).not.toContain(middle);
    }
  });
});

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

it('nothing else is lost: logs go out as they are with all of them registered', () => {
  const masker = createMasker();
  for (const { text } of documents) masker.add(Buffer.from(text));
  let bytes = 0;
  for (const log of logs(10_000_000)) {
    bytes += log.length;
    const masked = masker.mask(log);
    if (masked !== log) expect(masked).toBe(log);
  }
  expect(bytes).toBeGreaterThanOrEqual(10_000_000);
});
