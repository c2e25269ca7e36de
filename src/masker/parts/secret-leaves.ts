import type { Leaf } from './leaves.ts';

const minLeafBytes = 8;
const secretName =
  /pass(?:word|wd|phrase)?$|pwd|secret|token|credential|api-?key|private|signature|(?:^|-)(?:key|auth|sas|sig|pass|salt|cookie|bearer|jwt|sharedaccesskey|accountkey|key-data|access-key|authorization)(?:-data|-value|$)/;
/** Names that only describe a secret. */
const publicName =
  /(?:uri|url|type|name|host|path|file|kind|version|policy|algorithm|issuer|expiry|expires|expires-(?:in|at|on)|fingerprint|endpoint|provider|method|ttl|length|ref|scope|certificate|cert)$|public|certificate-authority/;

const constant = /^(?:true|false|null|none|yes|no|on|off|enabled|disabled|undefined|default|required|optional)$/i;
const placeholder = /^(?:\$\{.*\}|\$\(.*\)|\$\w+|\{\{.*\}\}|<.*>|%\w+%|x+|\*+|\.+)$/i;
const host = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?$/i;
const address = /^(?:\d{1,3}\.){3}\d{1,3}(?::\d+|\/\d+)?$|^[0-9a-f:]+:[0-9a-f:]+$/i;
const url = /^[a-z][a-z0-9+.-]*:\/\/[^\s@?]*$/i;
const path = /^(?:\/|\.{1,2}\/|~\/|[A-Za-z]:\\)[\w./\\ -]*$/;
const mail = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const digest = /^(?:[0-9a-f]{7,64})$|sha(?:1|256|512)[:-]/;
const publicPem = /^-----BEGIN (?:CERTIFICATE|PUBLIC KEY|X509 CRL)/;
const privatePem = /-----BEGIN [A-Z ]*PRIVATE KEY/;

/**
 * A document's secret values: 8 bytes or more, neither constants, hosts nor paths, and either named like a secret or
 * too random to be made up by hand. Values that the document also has as a name or public value are excluded.
 */
export function secretLeaves(leaves: readonly Leaf[]): readonly string[] {
  const decoded = leaves.flatMap((leaf) => [leaf, ...decode(leaf)]);
  const secret = decoded.filter(isSecret);
  const credentials = new Set(secret.filter(({ isCredential }) => isCredential).map(({ value }) => value));
  const known = new Set(decoded.flatMap(({ name, value }) => (name === 'user' ? [name, value] : [name])));
  for (const leaf of decoded) if (!secret.includes(leaf) && !credentials.has(leaf.value)) known.add(leaf.value);
  return [...new Set(secret.map(({ value }) => value))].filter((value) => !known.has(value));
}

function isSecret({ name, value, isCredential }: Leaf): boolean {
  if (Buffer.byteLength(value) < minLeafBytes || constant.test(value) || placeholder.test(value)) return false;
  if (privatePem.test(value)) return true;
  if (publicPem.test(value) || isCertificate(value)) return false;
  if (isCredential) return true;
  if ([host, address, url, path].some((kind) => kind.test(value))) return false;
  const words = name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[^A-Za-z0-9]+/g, '-')
    .toLowerCase();
  if (publicName.test(words)) return false;
  return secretName.test(words) ? !/^\d{1,7}$/.test(value) : isRandom(value);
}

/** Letters and digits mixed as in no word, version, name or date. */
function isRandom(value: string): boolean {
  if ([mail, uuid, digest].some((kind) => kind.test(value)) || /\s/.test(value)) return false;
  return value.split(/[^A-Za-z0-9+/=_]/).some((run) => {
    if (run.length < 16) return false;
    const changes = run.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])|[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g) ?? [];
    return changes.length >= 4 && /\d/.test(run);
  });
}

function isCertificate(value: string): boolean {
  return /^[A-Za-z0-9+/=\s]{64,}$/.test(value) && publicPem.test(Buffer.from(value, 'base64').toString('latin1'));
}

/** `user:password` in base64, as Docker and npm keep them, and whole documents; each password separately too. */
function decode({ name, value }: Leaf): readonly Leaf[] {
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(value) || value.length % 4 !== 0) return [];
  const text = Buffer.from(value, 'base64').toString('utf8');
  if (!/^[\t\n\r -~]+$/.test(text)) return [];
  const [, user, password] = /^([^\s:]+):(\S+)$/.exec(text) ?? [];
  if (user !== undefined && password !== undefined)
    return [
      { name: 'user', value: user },
      { name: 'password', value: password, isCredential: true },
    ];
  return [{ name, value: text }];
}
