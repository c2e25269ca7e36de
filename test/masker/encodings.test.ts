import { execFileSync } from 'node:child_process';
import { inspect } from 'node:util';
import { createMasker } from '@kici-dev/secret-masker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const secrets = {
  plain: 'correct-horse-battery-staple',
  awkward: 'p@ss "w0rd" \'quoted\' $HOME `x` \\ & <tag> /path?x=1+2 *~!',
  accented: 'gehëim-ünd-länger-als-8',
};

function masked(secret: string | Buffer, output: string): string {
  const masker = createMasker();
  masker.add(Buffer.from(secret));
  return masker.mask(output);
}

const encoders: Record<string, (text: string) => string> = {
  itself: (text) => text,
  base64: (text) => Buffer.from(text).toString('base64'),
  base64url: (text) => Buffer.from(text).toString('base64url'),
  hex: (text) => Buffer.from(text).toString('hex'),
  'upper-case hex': (text) => Buffer.from(text).toString('hex').toUpperCase(),
  encodeURIComponent: (text) => encodeURIComponent(text),
  'form data': (text) => new URLSearchParams({ '': text }).toString().slice(1),
  JSON: (text) => JSON.stringify(text).slice(1, -1),
  'JSON that is safe in HTML, as Go writes it': (text) =>
    JSON.stringify(text)
      .slice(1, -1)
      .replace(/[<>&]/g, (unit) => `\\u00${unit.charCodeAt(0).toString(16)}`),
  'query strings of Python and Go': (text) =>
    encodeURIComponent(text)
      .replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`)
      .replaceAll('%20', '+'),
  'JSON twice': (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3),
  'single quotes of a shell': (text) => text.replaceAll("'", "'\\''"),
  'XML text': (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
  'XML attribute': (text) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&apos;'),
};

describe.each(Object.entries(encoders))('%s', (_, encode) => {
  it.each(Object.entries(secrets))('is masked (%s)', (_name, secret) => {
    expect(masked(secret, `before ${encode(secret)} after`)).toBe('before *** after');
  });
});

describe('tools that people pipe secrets through', () => {
  const tools: Record<string, readonly [string, readonly string[]]> = {
    'base64 -w76': ['base64', []],
    'base64 -w64': ['base64', ['-w64']],
  };
  it.each(Object.keys(tools))('%s', (name) => {
    const secret = `${'0123456789abcdefghijklmnopqrstuvwxyz-ÄÖÜ'.repeat(4)}end`;
    const [command, args] = tools[name] ?? ['cat', []];
    const output = execFileSync(command, [...args], { input: secret }).toString();
    expect(masked(secret, output).replace(/[\s]/g, '')).toMatch(/^(?:\*\*\*)+$/);
  });

  it('printf %q of a shell', () => {
    const secret = 'two words & $more "quoted"';
    const output = execFileSync('bash', ['-c', 'printf "%q" "$1"', 'bash', secret]).toString();
    expect(masked(secret, output)).toBe('***');
  });

  it.each(['short-value', 'x'.repeat(50), '0123456789'.repeat(20)])('inspect of a buffer with %s', (secret) => {
    expect(masked(secret, inspect({ key: Buffer.from(secret) }))).toMatch(
      /^\{\n? +key: <Buffer \*\*\*(?: \.\.\. 150 more bytes)?>\n? ?\}$/,
    );
  });

  it('inspect of a runtime', () => {
    for (const secret of Object.values(secrets))
      expect(masked(secret, inspect({ secret }))).not.toContain(secret.slice(4, 14));
  });

  it('set -x of a shell', () => {
    const secret = "two words it's";
    const output = execFileSync('bash', ['-xc', 'true "$1" 2>&1', 'bash', secret], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    expect(output.toString()).toBe('');
    const trace = execFileSync('bash', ['-c', 'exec 2>&1; set -x; true "$1"', 'bash', secret]).toString();
    expect(masked(secret, trace)).toContain('***');
    expect(masked(secret, trace)).not.toContain('two words');
  });
});

describe('a name of systemd', () => {
  it('is masked where it has an escape, or a digit', () => {
    const masker = createMasker();
    for (const value of ['it is/me', 'kx9/mq2/zr7']) masker.add(Buffer.from(value));
    expect(masker.mask(String.raw`it\x20is-me.service kx9-mq2-zr7.service`)).toBe('***.service ***.service');
  });

  it('is shown where it is words with hyphens in between, as every log has', () => {
    const masker = createMasker();
    for (const value of ['a/b/c/d', 'step/to/step', 'day/by/day', 'read/write']) masker.add(Buffer.from(value));
    const log = 'a-b-c-d, step-to-step, day-by-day, read-write';
    expect(masker.mask(log)).toBe(log);
  });
});

describe('base64 of a longer text around the secret', () => {
  it('leaves at most the characters that neighbours reach into', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 9, maxLength: 60 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.uint8Array({ maxLength: 20 }),
        fc.boolean(),
        (secret, before, after, url) => {
          const text = Buffer.concat([before, secret, after]).toString(url ? 'base64url' : 'base64');
          const first = Math.ceil((before.length * 8) / 6);
          const last = Math.floor(((before.length + secret.length) * 8) / 6);
          const core = text.slice(first, last);
          fc.pre(core.length >= 8);
          expect(masked(Buffer.from(secret), text)).not.toContain(core);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('values of several lines', () => {
  const pem = [
    '-----BEGIN PRIVATE KEY-----',
    'MIIEvQIBADANBgkqhkiG9w0BAQEFAASC',
    'AbCdEfGhIjKlMnOpQrStUvWxYz012345',
    '-----END PRIVATE KEY-----',
    '',
  ].join('\n');

  it('are masked as a whole and line by line', () => {
    expect(masked(pem, `x${pem}y`)).toBe('x***y');
    expect(masked(pem, '  MIIEvQIBADANBgkqhkiG9w0BAQEFAASC\r\n')).toBe('  ***\r\n');
  });

  it('do not mask the armour, which other files have too', () => {
    expect(masked(pem, '-----BEGIN PRIVATE KEY-----')).toBe('-----BEGIN PRIVATE KEY-----');
  });

  it('do not mask their short lines, which are everywhere', () => {
    expect(masked('{\n  "key": "abcdefgh"\n}\n', 'if (x) {\n}\n')).toBe('if (x) {\n}\n');
  });
});

it('a secret leaf that is also the layout of another is masked as a leaf', () => {
  const leaf = 'correct-X9 horse-Y8';
  const notes = Array.from({ length: 200 }, (_, number) => `plain note number ${number}`);
  for (const other of ['correct-X9  horse-Y8', 'correct-X9\thorse-Y8', 'correct-X9\nhorse-Y8']) {
    const masker = createMasker();
    masker.add(Buffer.from(JSON.stringify({ first_password: other, second_password: leaf, notes })));
    const shown = [Buffer.from(leaf).toString('base64'), Buffer.from(leaf).toString('hex'), encodeURIComponent(leaf)];
    expect(shown.map((text) => masker.mask(text))).toEqual(['***', '***', '***']);
  }
});

describe('a value with blanks or line ends around it', () => {
  it.each(['s3cr3t\n', 'p4ss-w0rd\r\n', '  s3cr3t ', '\n\ns3cr3t\n\n'])(
    '%j is masked without them, as shells and programs pass it on',
    (secret) => {
      const trimmed = secret.trim();
      expect(masked(secret, `<${trimmed}>`)).toBe('<***>');
      expect(masked(secret, Buffer.from(trimmed).toString('base64'))).toBe('***');
      expect(masked(secret, secret)).toBe('***');
    },
  );

  it('is not masked where next to nothing is left of it', () => {
    expect(masked('\n\n\n123', 'a 123 b')).toBe('a 123 b');
  });
});

describe('a value at the size limit', () => {
  it('is masked raw, encoded and by its lines', () => {
    const secret = Buffer.from(Array.from({ length: 65_536 }, (_, index) => 33 + ((index * 31 + (index >> 8)) % 90)));
    const masker = createMasker();
    masker.add(secret);
    expect(masker.mask(`a${secret.toString()}b`)).toBe('a***b');
    expect(masker.mask(secret.toString('base64'))).toBe('***');
  });
});
