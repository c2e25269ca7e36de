import type { Leaf } from './leaf.ts';
import { isPublicName, isSecretName, isSecretUnder } from './names.ts';

const minLeafBytes = 8;
const constant = /^(?:true|false|null|none|yes|no|on|off|enabled|disabled|undefined|default|required|optional)$/i;
const placeholder = /^(?:\$\{.*\}|\$\(.*\)|\{\{.*\}\}|<.*>|%\w+%|x+|\*+|\.+)$/i;
const variable = /^\$[A-Z_][A-Z0-9_]*$/;
/** Names that say nothing. */
const unnamed = /^(?:value|data|content|)$/i;
/** Names that another one beside them explains. */
const generic = /^(?:value|data|content|string|text|default|property|entry|param|setting|path-segment|)$/i;
const host = /^(?:\*\.)?(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?::\d+)?$/i;
const address = /^(?:\d{1,3}\.){3}\d{1,3}(?::\d+|\/\d+)?$|^[0-9a-f:]+:[0-9a-f:]+$/i;
const url = /^[a-z][a-z0-9+.-]*:\/\/[^\s@?]*$/i;
const path = /^(?:\/|\.{1,2}\/|~\/|[A-Za-z]:\\)[\w./\\ -]*$/;
const mail = /^[^\s@]+@[^\s@]+\.[a-z]{2,}$/i;
const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const digest = /^(?:[0-9a-f]{7,64})$|sha(?:1|256|512)[:-]/;
const commit = /\b(?:[0-9a-f]{40}|[0-9a-f]{64})\b/g;
const publicPem = /^-----BEGIN (?:CERTIFICATE|PUBLIC KEY|X509 CRL)/;
const privatePem = /-----BEGIN [A-Z ]*PRIVATE KEY/;

/**
 * A document's secret values: 8 bytes or more, neither constants, hosts nor paths, and either named like a secret or
 * too random to be made up by hand. Values that the document also has as a name or public value are excluded.
 */
export function secretLeaves(leaves: readonly Leaf[]): readonly string[] {
  const named = leaves.filter(isSecret);
  const isUnnamed = ({ name, value, isLoose }: Leaf): boolean =>
    isLoose !== true && unnamed.test(name) && !/\s/.test(value) && !isPlain(value) && !isCertificate(value);
  const secret = new Set(named.length > 0 ? named : leaves.filter(isUnnamed));
  const credentials = new Set([...secret].filter(({ isCredential }) => isCredential).map(({ value }) => value));
  const known = new Set(leaves.flatMap(({ name, value }) => (name === 'user' ? [name, value] : [name])));
  for (const leaf of leaves)
    if (!secret.has(leaf) && !leaf.isLoose && !generic.test(leaf.name) && !credentials.has(leaf.value))
      known.add(leaf.value);
  return [...new Set([...secret].map(({ value }) => value))].filter((value) => !known.has(value));
}

function isSecret({ name, value, owner = '', isCredential }: Leaf): boolean {
  if (isConstant(value)) return false;
  if (privatePem.test(value)) return true;
  if (publicPem.test(value) || isCertificate(value)) return false;
  if (isCredential) return true;
  if (isPlain(value)) return false;
  if (isSecretName(name) || isSecretUnder(owner, name)) return !/^\d{1,7}$/.test(value);
  return !host.test(value) && !isPublicName(name) && isRandom(value);
}

function isConstant(value: string): boolean {
  return Buffer.byteLength(value) < minLeafBytes || [constant, placeholder, variable].some((kind) => kind.test(value));
}

/** What stands for itself in a list without names, too. */
function isPlain(value: string): boolean {
  if (isConstant(value) || address.test(value) || url.test(value)) return true;
  return path.test(value) && !isRandom(value);
}

/** Letters and digits mixed as in no word, version, name or date. */
function isRandom(value: string): boolean {
  if ([mail, uuid, digest].some((kind) => kind.test(value)) || /\s/.test(value)) return false;
  return value
    .replace(commit, '')
    .split(/[^A-Za-z0-9+/=_]/)
    .some((run) => {
      if (run.length < 16) return false;
      const changes = run.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])|[a-z](?=[A-Z])|[A-Z](?=[A-Z][a-z])/g) ?? [];
      return changes.length >= 4 && /\d/.test(run);
    });
}

function isCertificate(value: string): boolean {
  return /^[A-Za-z0-9+/=\s]{64,}$/.test(value) && publicPem.test(Buffer.from(value, 'base64').toString('latin1'));
}
