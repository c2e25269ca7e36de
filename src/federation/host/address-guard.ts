import { lookup } from 'node:dns/promises';
import { BlockList, isIP, isIPv4 } from 'node:net';
import { BackendError, quote, type BackendHost, type ResolvedAddress } from '@kici-dev/secret-backend';
import { embeddedAddresses } from './embedded-addresses.ts';

export interface AddressGuardOptions {
  /**
   * Host names, addresses and CIDR ranges that backends may reach. A listed name covers whatever it resolves to, except
   * the machine's own link-local and metadata addresses: those must be listed one by one. Default: any except these.
   */
  readonly allow?: readonly string[];
  /** Default: the system's resolver. */
  readonly resolve?: (hostname: string) => Promise<readonly ResolvedAddress[]>;
}

/** Link-local ranges, clouds' metadata addresses outside of them, and local translation, which may lead to both. */
const machineLocal: readonly string[] = [
  '169.254.0.0/16',
  'fe80::/10',
  '64:ff9b:1::/48',
  // Alibaba Cloud
  '100.100.100.200',
  'fd00:100::100:200',
  // AWS
  'fd00:ec2::/32',
  // Azure
  '168.63.129.16',
  // Google Cloud
  'fd20:ce::254',
  // Linode
  'fd00:a9fe:a9fe::1',
  // Oracle Cloud
  '192.0.0.192',
  'fd00:c1::a9fe:a9fe',
  // Scaleway
  'fd00:42::42',
];

/**
 * Checks the address that a backend is about to connect to, after name resolution: neither a name nor an IPv6 address
 * that embeds an IPv4 one can bypass the check.
 * @throws RangeError if an entry of the list is neither a name, an address nor a range
 */
export function createAddressGuard({
  allow,
  resolve = resolveSystem,
}: AddressGuardOptions = {}): BackendHost['resolveAddress'] {
  const allowedNames = new Set(allow?.filter((entry) => !isRange(entry)).map(parseName));
  const ranges = allow?.filter(isRange) ?? [];
  const refused = toBlockList(machineLocal);
  const isLocal = (address: string): boolean => formsOf(address).some((form) => contains(refused, form));
  const allowed = toBlockList(ranges);
  const localRanges = toBlockList(ranges.filter((range) => isLocal(range.replace(/\/.*/, ''))));
  const singleAddresses = toBlockList(ranges.filter((range) => !range.includes('/')));
  /** Listed individually, as a whole or in each form that would be refused. */
  const isListedLocal = (address: string): boolean =>
    contains(singleAddresses, address) ||
    formsOf(address)
      .filter((form) => contains(refused, form))
      .every((form) => contains(localRanges, form));
  return async (hostname) => {
    const name = canonical(hostname);
    const addresses = isIP(name) === 0 ? await resolveName(name, resolve) : [toAddress(name)];
    for (const { address } of addresses) {
      if (isLocal(address) && !isListedLocal(address))
        throw denied(hostname, address, 'it is link-local or the metadata service of a cloud', 'that very address');
      if (allow !== undefined && !allowedNames.has(name) && !contains(allowed, address))
        throw denied(hostname, address, 'it is not on the list of allowed addresses', 'it, its name or its range');
    }
    return addresses;
  };
}

/** The address, and those that it embeds. A zone is ignored. */
function formsOf(address: string): readonly string[] {
  const [plain = ''] = canonical(address).split('%');
  return [plain, ...embeddedAddresses(plain)];
}

/** An IPv4 address that is mapped into IPv6 counts as IPv4. */
function contains(list: BlockList, address: string): boolean {
  const [plain = ''] = formsOf(address);
  return list.check(plain, isIPv4(plain) ? 'ipv4' : 'ipv6');
}

/** Ignores what differs between spellings: brackets, letter case and a final dot. */
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

function denied(hostname: string, address: string, reason: string, entry: string): BackendError {
  return new BackendError('unreachable', {
    reason: 'address_not_allowed',
    detail: `${quote(hostname)} leads to ${address}, which this server does not allow: ${reason}; the server's --allow-addresses can list ${entry}`,
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
