import { createMasker } from '@kici-dev/secret-masker';
import { describe, expect, it } from 'vitest';

const lines = ['the first line of a note', 'short', 'and the third one'];

function masked(value: string, text: string): string {
  const masker = createMasker();
  masker.add(Buffer.from(value));
  return masker.mask(text);
}

describe('a value whose line ends are written as escapes, as dotenv has them', () => {
  it.each([String.raw`\n`, String.raw`\r\n`])('is masked line by line where a program reads it: %s', (mark) => {
    const value = lines.join(mark);
    expect(masked(value, `written: ${value}\n`)).toBe('written: ***\n');
    expect(masked(value, `${lines.join('\n')}\n`)).not.toMatch(/first|third/);
    expect(masked(value, `- ${lines[2]}\n`)).toBe('- ***\n');
  });

  it('is masked as a whole where it is read, so that short lines do not show between others', () => {
    expect(masked(lines.join(String.raw`\n`), `${lines.join('\n')}\n`)).not.toContain('short');
  });

  it('shows armour and certificates in it, as in one with line ends', () => {
    const certificate = ['-----BEGIN CERTIFICATE-----', 'MIIBpublicpart', '-----END CERTIFICATE-----'];
    const value = [...certificate, 'what-is-secret-of-it'].join(String.raw`\n`);
    expect(masked(value, certificate.join('\n'))).toBe(certificate.join('\n'));
    expect(masked(value, 'what-is-secret-of-it')).toBe('***');
  });
});
