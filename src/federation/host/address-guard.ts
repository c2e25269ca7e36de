import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { BackendError, quote, type BackendHost, type ResolvedAddress } from '@kici-dev/secret-backend';

export interface AddressGuardOptions {
  /**
   * Host names, addresses and CIDR ranges that backends may reach. A listed name vouches for whatever it resolves
   * to, save the link-local and metadata addresses of the machine itself, which no name and no wider range allows:
   * they must be listed as themselves. Left out: any but these.
   */
  readonly allow?: readonly string[];
  /** Left out: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

/** Link-local ranges, also as IPv6 embeds them, and the metadata addresses of clouds that lie outside them. */
const machineLocal: readonly string[] = [
  '169.254.0.0/16',
  '::a9fe:0/112',
  '64:ff9b::a9fe:0/112',
  'fe80::/10',
  'fd00:ec2::254',
  'fd20:ce::254',
  '100.100.100.200',
  '168.63.129.16',
];

/**
 * Checks where a backend is about to connect, after its name was resolved: a name cannot lead past the check.
 * @throws RangeError when an entry of the list is neither a name, an address nor a range
 */
export function createAddressGuard({
  allow,
  resolve = resolveSystem,
}: AddressGuardOptions = {}): BackendHost['resolveAddress'] {
  const allowedNames = new Set(allow?.filter((entry) => !isRange(entry)).map(parseName));
  const ranges = allow?.filter(isRange) ?? [];
  const refused = toBlockList(machineLocal);
  const allowed = toBlockList(ranges);
  const allowedLocal = toBlockList(ranges.filter((range) => contains(refused, range.replace(/\/.*/, ''))));
  return async (hostname) => {
    const name = canonical(hostname);
    const addresses = isIP(name) === 0 ? await resolveName(name, resolve) : [toAddress(name)];
    for (const { address } of addresses) {
      if (contains(refused, address)) {
        if (!contains(allowedLocal, address)) throw denied(hostname, address, 'is reserved for the machine itself');
      } else if (allow !== undefined && !allowedNames.has(name) && !contains(allowed, address)) {
        throw denied(hostname, address, 'is not on the list of allowed addresses');
      }
    }
    return addresses;
  };
}

/** An IPv4 address that is mapped into IPv6 counts as what it is; a zone says nothing. */
function contains(list: BlockList, address: string): boolean {
  const [plain = ''] = canonical(address).split('%');
  return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}

/** As a URL spells it, or a person: brackets, letter case and the final dot say nothing. */
function canonical(hostname: string): string {
  return hostname
    .replace(/^\[(.*)\]$/, '$1')
    .replace(/\.$/, '')
    .toLowerCase();
}

async function resolveName(
  name: string,
  resolve: NonNullable<AddressGuardOptions['resolve']>,
): Promise<readonly ResolvedAddress[]> {
  const addresses = await resolve(name).catch(() => []);
  if (addresses.length === 0)
    throw new BackendError('unreachable', {
      reason: 'name_not_resolved',
      detail: `the name ${quote(name)} does not resolve`,
    });
  return addresses;
}

async function resolveSystem(hostname: string): Promise<readonly ResolvedAddress[]> {
  return (await lookup(hostname, { all: true })).map(({ address }) => toAddress(address));
}

function toAddress(address: string): ResolvedAddress {
  return { address, family: isIPv4(address) ? 4 : 6 };
}

function denied(hostname: string, address: string, reason: string): BackendError {
  return new BackendError('permission_denied', {
    reason: 'address_not_allowed',
    detail: `the server does not connect to ${quote(hostname)}: ${address} ${reason}`,
  });
}

function isRange(entry: string): boolean {
  return entry.includes('/') || isIP(canonical(entry)) !== 0;
}

function parseName(entry: string): string {
  const name = canonical(entry);
  if (!/^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/.test(name))
    throw new RangeError(`not a host name, address or CIDR range: ${quote(entry)}`);
  return name;
}

function toBlockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = '', length, ...rest] = range.split('/');
    const plain = canonical(address);
    const bits = isIPv4(plain) ? 32 : 128;
    const prefix = length === undefined ? bits : /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
    if (isIP(plain) === 0 || rest.length > 0 || !(prefix <= bits))
      throw new RangeError(`not an address or CIDR range: ${quote(range)}`);
    list.addSubnet(plain, prefix, bits === 32 ? 'ipv4' : 'ipv6');
  }
  return list;
}
