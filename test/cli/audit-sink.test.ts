import { describe, expect, it } from 'vitest';
import { auditSinkOf } from '../../src/cli/orchestrator/audit-sink.ts';
import { resolveConfiguration } from '../../src/cli/orchestrator/configuration.ts';

const sinkOf = (environment: Record<string, string>) =>
  auditSinkOf(resolveConfiguration({ flags: {}, environment: { HOME: '/home/u', ...environment }, file: undefined }));

describe('KICI_AUDIT_SINK', () => {
  it.each([
    ['/mnt/log.jsonl', { kind: 'file', path: '/mnt/log.jsonl' }],
    ['-', { kind: 'stdout' }],
    ['https://log.example.com/a/', { kind: 'put', url: new URL('https://log.example.com/a/'), tokenFile: undefined }],
    ['http://127.0.0.1:1/a/', { kind: 'put', url: new URL('http://127.0.0.1:1/a/'), tokenFile: undefined }],
  ])('may be %s', (place, to) => {
    expect(sinkOf({ KICI_AUDIT_SINK: place })).toEqual({ to, everyMs: 300_000, isRequired: false });
  });

  it('may be nothing', () => {
    expect(sinkOf({})).toBeUndefined();
  });

  it.each<[string, Record<string, string>, string]>([
    ['in the clear', { KICI_AUDIT_SINK: 'http://log.example.com/s3cret' }, 'other than https'],
    ['of another kind', { KICI_AUDIT_SINK: 'ftp://s3cret.example.com/' }, 'other than https'],
    ['with a user', { KICI_AUDIT_SINK: 'https://u:s3cret@log.example.com/' }, 'holds a user'],
    ['that is one document', { KICI_AUDIT_SINK: 'https://log.example.com/s3cret.jsonl' }, 'does not end with'],
    ['that is none', { KICI_AUDIT_SINK: 'https://s3cret:port/' }, 'is not an address'],
    ['that is required and missing', { KICI_AUDIT_SINK_REQUIRED: 'true' }, 'there is none'],
    [
      'without use for its token',
      { KICI_AUDIT_SINK: '-', KICI_AUDIT_SINK_TOKEN_FILE: '/t' },
      'no address to send it to',
    ],
    [
      'that is due all the time',
      { KICI_AUDIT_SINK: '-', KICI_AUDIT_CHECKPOINT_EVERY: '0' },
      'KICI_AUDIT_CHECKPOINT_EVERY',
    ],
  ])('%s is wrong usage, and quotes no credential', (_, environment, message) => {
    const text = (() => {
      try {
        return JSON.stringify(sinkOf(environment));
      } catch (error) {
        return error instanceof Error ? `${error.message} ${'hint' in error ? String(error.hint) : ''}` : '';
      }
    })();
    expect(text).toContain(message);
    expect(text).not.toContain('s3cret');
  });
});
