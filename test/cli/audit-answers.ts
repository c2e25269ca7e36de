import type { Answers } from '../support/wire-api.ts';

const at = '2026-11-25T10:00:00.123Z';

/** Of the operations on the audit log. */
export const auditAnswers: Answers = {
  'audit.list': () => ({
    rows: [
      {
        sequence: 2,
        at,
        phase: 'outcome',
        operation: 'secrets.set',
        actor: 'token t1',
        subject: { scope: 'production', key: 'DB_PASSWORD' },
        result: 'done',
        intent: 1,
        mac: 'ab'.repeat(32),
      },
    ],
  }),
  'audit.checkpoint': () => ({
    checkpoint: {
      kind: 'kici audit checkpoint v1',
      organization: 'default',
      sequence: 2,
      mac: 'ab'.repeat(32),
      at,
      publicKey: 'AAAA',
      signature: 'AAAA',
    },
    kept: true,
  }),
  'audit.cut': () => ({ through: 6, rows: 6, row: 10 }),
  'audit.verify': () => ({ intact: true, rows: 2, openIntents: [], problems: [] }),
  'audit.acknowledge': () => ({ problems: [{ sequence: 5, problem: 'rows 5 to 6 are missing' }] }),
};
