import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import { openPostgres } from '../../../src/database/postgres/open.ts';
import { opensslLane, selfSigned } from '../../support/certificates.ts';
import { describeLane } from '../../support/lane.ts';
import { makeCluster, postgresProgramsLane } from '../../support/postgres-cluster.ts';

describeLane(postgresProgramsLane, () => {
  describeLane(opensslLane, () => {
    it('TLS holds only with a server whose certificate is good and names it', async () => {
      const certificate = selfSigned('localhost');
      await using cluster = await makeCluster(certificate);
      const folder = await mkdtemp(join(tmpdir(), 'kici-tls-'));
      onTestFinished(() => rm(folder, { recursive: true }));
      const [own, other] = [join(folder, 'own.pem'), join(folder, 'other.pem')];
      await writeFile(own, certificate.cert);
      await writeFile(other, selfSigned('localhost').cert);
      const open = async (host: string, ca: string | undefined): Promise<unknown> => {
        const url = new URL(cluster.url);
        url.hostname = host;
        url.searchParams.set('sslmode', 'require');
        if (ca !== undefined) url.searchParams.set('sslrootcert', ca);
        const database = await openPostgres({ url: url.href });
        const { rows } = await sql`select ssl from pg_stat_ssl where pid = pg_backend_pid()`.execute(database);
        await database.destroy();
        return rows;
      };
      expect(await open('localhost', own)).toEqual([{ ssl: true }]);
      for (const [host, ca, reason] of [
        ['localhost', other, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
        ['localhost', undefined, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
        // Its certificate names "localhost" alone.
        ['127.0.0.1', own, 'ERR_TLS_CERT_ALTNAME_INVALID'],
      ] as const)
        await expect(open(host, ca)).rejects.toMatchObject({
          code: 'cannot_open',
          message: expect.stringContaining(reason),
        });
    });
  });
});
