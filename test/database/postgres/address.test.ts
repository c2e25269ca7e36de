import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/database/postgres/address.ts';

describe('a database URL', () => {
  it('names host, port, database, user and password, each as it is and not as a URL writes it', () => {
    expect(parseAddress('postgres://ki%40ci:p%25%2F%3A@localhost:6432/my%20db')).toEqual({
      host: 'localhost',
      port: 6432,
      database: 'my db',
      user: 'ki@ci',
      password: 'p%/:',
      tls: undefined,
    });
    expect(parseAddress('postgresql://kici@[::1]/kici')).toMatchObject({
      host: '::1',
      port: 5432,
      password: undefined,
    });
    expect(parseAddress('postgres://kici@localhost/kici?host=/run/postgresql')).toMatchObject({
      host: '/run/postgresql',
    });
  });

  it.each(['require', 'verify-ca', 'verify-full'])('with sslmode=%s checks the certificate and the name', (mode) => {
    expect(parseAddress(`postgres://kici@db.example/kici?sslmode=${mode}&sslrootcert=/ca.pem`).tls).toEqual({
      caFile: '/ca.pem',
    });
  });

  it('to another machine says whether it is encrypted; to this one it need not', () => {
    expect(parseAddress('postgres://kici@db.example/kici?sslmode=disable').tls).toBeUndefined();
    expect(parseAddress('postgres://kici@127.0.0.1/kici').tls).toBeUndefined();
    expect(() => parseAddress('postgres://kici@db.example/kici')).toThrow('whether the connection');
  });

  const canary = 'canary-5f0a77d1';
  it.each([
    ['no URL', canary, 'not a URL'],
    ['another scheme', `mysql://kici:${canary}@localhost/kici`, 'not a URL'],
    ['no user', 'postgres://localhost/kici', 'no user'],
    ['no database', `postgres://kici:${canary}@localhost`, 'no database'],
    ['two databases', `postgres://kici:${canary}@localhost/a/b`, 'no database'],
    ['an unknown parameter', `postgres://kici:${canary}@localhost/kici?options=${canary}`, 'a parameter other than'],
    ['sslmode=prefer', `postgres://kici:${canary}@localhost/kici?sslmode=prefer`, 'sslmode is one of'],
    ['an authority without TLS', `postgres://kici:${canary}@localhost/kici?sslrootcert=/ca`, 'without TLS'],
    ['a "#" in the password', `postgres://kici:x#${canary}@localhost/kici`, 'not a URL'],
    ['a "#" behind it', `postgres://kici@localhost/kici#${canary}`, '"#"'],
    ['a "%" in the password', `postgres://kici:100%${canary}@localhost/kici`, '"%"'],
  ])('with %s is refused, and nothing of it is quoted', (_, text, reason) => {
    let error: unknown;
    try {
      parseAddress(text);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toMatchObject({ code: 'bad_address', message: expect.stringContaining(reason) });
    expect(inspect(error)).not.toContain(canary);
  });
});
