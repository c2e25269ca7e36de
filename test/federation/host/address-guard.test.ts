import { createAddressGuard } from '@kici-dev/secret-federation';
import { describe, expect, it } from 'vitest';

const names: Record<string, readonly string[]> = {
  'vault.example.com': ['10.1.2.3'],
  'two.example.com': ['10.1.2.3', '192.0.2.7'],
  'six.example.com': ['2001:db8::7'],
  'metadata.example.com': ['169.254.169.254'],
  'mapped.example.com': ['::ffff:169.254.169.254'],
  'mapped10.example.com': ['::ffff:10.1.2.3'],
  'local6.example.com': ['fe80::1'],
  'half.example.com': ['10.1.2.3', '169.254.169.254'],
};
const guard = (allow?: readonly string[]) =>
  createAddressGuard({
    ...(allow !== undefined && { allow }),
    resolve: async (hostname) =>
      (names[hostname] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
  });

describe('law 11: addresses are checked after name resolution', () => {
  it('without a list, any is taken but those of the machine itself', async () => {
    expect(await guard()('two.example.com')).toEqual([
      { address: '10.1.2.3', family: 4 },
      { address: '192.0.2.7', family: 4 },
    ]);
    expect(await guard()('six.example.com')).toEqual([{ address: '2001:db8::7', family: 6 }]);
  });

  it.each([
    'metadata.example.com',
    'mapped.example.com',
    'local6.example.com',
    'half.example.com',
    '169.254.169.254',
    '169.254.0.1',
    '[::ffff:a9fe:a9fe]',
    '::ffff:169.254.169.254',
    'fd00:ec2::254',
    '[fd00:ec2::254]',
    'FD00:0EC2:0:0::0254',
    'fe80::1%eth0',
    '64:ff9b::a9fe:a9fe',
    '::a9fe:a9fe',
    '::ffff:0:a9fe:a9fe',
    '2002:a9fe:a9fe::1',
    '2002:a9fe:1::',
    '64:ff9b:1::a9fe:a9fe',
    '64:ff9b:1:a9fe:a9:fe00::',
    '64:ff9b:1::808:808',
    '2001:0:a9fe:a9fe::1',
    // The Teredo client, with every bit inverted.
    '2001:0:808:808:0:0:5601:5601',
    '2001:db8::5efe:a9fe:a9fe',
    '2001:db8::200:5efe:169.254.169.254',
    '64:ff9b::6464:64c8',
    '2002:a83f:8110::',
    '::ffff:0:c000:c0',
    '100.100.100.200',
    '168.63.129.16',
    '192.0.0.192',
    '::ffff:192.0.0.192',
    'fd00:ec2::23',
    'fd20:ce::254',
    'fd00:c1::a9fe:a9fe',
    'fd00:42::42',
    'fd00:a9fe:a9fe::1',
    'fd00:100::100:200',
    'METADATA.example.com.',
  ])('%s is refused, with a list of wide ranges or without', async (hostname) => {
    for (const allow of [
      undefined,
      ['0.0.0.0/0', '::/0'],
      ['metadata.example.com', 'mapped.example.com', 'half.example.com', 'local6.example.com'],
    ]) {
      await expect(guard(allow)(hostname)).rejects.toMatchObject({ code: 'unreachable' });
    }
  });

  it.each([
    '::1',
    '::ffff:0:a00:1',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:0:808:808::f7f7:f7f7',
    '2001:db8::5efe:a00:1',
  ])("%s, whose IPv4 address is not the machine's own, is taken", async (hostname) => {
    expect(await guard()(hostname)).toEqual([{ address: hostname, family: 6 }]);
    expect(await guard(['::/0'])(hostname)).toHaveLength(1);
    await expect(guard(['10.0.0.0/8', '127.0.0.0/8'])(hostname)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('a range of translated addresses that is listed does not open the metadata addresses in it', async () => {
    const listed = guard(['64:ff9b:1::/48']);
    expect(await listed('64:ff9b:1::808:808')).toHaveLength(1);
    await expect(listed('64:ff9b:1::a9fe:a9fe')).rejects.toMatchObject({ code: 'unreachable' });
    expect(await guard(['64:ff9b:1::/48', '169.254.0.0/16'])('64:ff9b:1::a9fe:a9fe')).toHaveLength(1);
    expect(await guard(['64:ff9b:1::a9fe:a9fe'])('64:ff9b:1::a9fe:a9fe')).toHaveLength(1);
  });

  it.each([
    [undefined, '169.254.169.254', 'it is link-local or the metadata service of a cloud'],
    [['10.0.0.0/8'], '192.0.2.7', 'it is not on the list of allowed addresses'],
  ])(
    'with the list %j, the refusal of %s says that this server forbids it, and what allows it',
    async (allow, hostname, why) => {
      const { message } = await guard(allow)(hostname).then(
        () => new Error('taken'),
        (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
      );
      expect(message).toContain('which this server does not allow');
      expect(message).toContain(why);
      expect(message).toContain('--allow-addresses');
      expect(message).not.toContain('grant');
    },
  );

  it.each([
    ['169.254.169.254', '169.254.169.254'],
    ['169.254.0.0/16', 'metadata.example.com'],
    ['169.254.169.254', 'mapped.example.com'],
    ['fd00:ec2::254', '[fd00:ec2::254]'],
    ['fe80::/10', 'local6.example.com'],
    ['169.254.0.0/16', '::ffff:169.254.169.254'],
  ])('listed as itself (%s), %s is taken', async (entry, hostname) => {
    expect(await guard([entry])(hostname)).toHaveLength(1);
  });

  it.each([
    [['vault.example.com'], 'vault.example.com'],
    [['Vault.Example.com.'], 'VAULT.example.com'],
    [['10.0.0.0/8'], 'vault.example.com'],
    [['10.1.2.3'], 'vault.example.com'],
    [['10.0.0.0/8'], 'mapped10.example.com'],
    [['::ffff:10.0.0.0/104'], 'vault.example.com'],
    [['2001:db8::/32'], 'six.example.com'],
    [['10.0.0.0/8', '192.0.2.0/24'], 'two.example.com'],
    [['10.1.2.3/32'], '10.1.2.3'],
  ])('%j lets %s through', async (allow, hostname) => {
    expect((await guard(allow)(hostname)).length).toBeGreaterThan(0);
  });

  it.each([
    [[], 'vault.example.com'],
    [['other.example.com'], 'vault.example.com'],
    [['example.com'], 'vault.example.com'],
    [['10.1.2.4'], 'vault.example.com'],
    [['11.0.0.0/8'], 'vault.example.com'],
    [['10.0.0.0/8'], 'two.example.com'],
    [['10.0.0.0/8'], 'six.example.com'],
    [['10.1.2.3'], '10.1.2.30'],
    [['vault.example.com'], '10.1.2.3'],
  ])('%j does not let %s through', async (allow, hostname) => {
    await expect(guard(allow)(hostname)).rejects.toMatchObject({ code: 'unreachable' });
  });

  it('a name that does not resolve is unreachable', async () => {
    await expect(guard()('nowhere.example.com')).rejects.toMatchObject({ code: 'unreachable' });
    await expect(
      createAddressGuard({ resolve: () => Promise.reject(new Error('ENOTFOUND')) })('vault.example.com'),
    ).rejects.toMatchObject({ code: 'unreachable' });
  });

  it.each([
    '10.0.0.0/33',
    '10.0.0.0/x',
    '10.0.0.0/',
    '10.0.0/8',
    '2001:db8::/129',
    'a b',
    '',
    'https://vault',
    'vault:8200',
    '*.example.com',
    '10.0.0.0/8/8',
  ])('%j is not an entry of a list', (entry) => {
    expect(() => guard([entry])).toThrow(RangeError);
  });

  it("the system's own resolver finds what names this machine", async () => {
    const found = await createAddressGuard({ allow: ['127.0.0.0/8', '::1'] })('localhost');
    expect(found.map(({ address }) => address)).toContainEqual(expect.stringMatching(/^(127\.0\.0\.1|::1)$/));
  });
});
