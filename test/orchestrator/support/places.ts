import { parseScopePath, SecretValue, type SecretRef } from '@kici-dev/secret-backend';
import { serviceAt, type CountedService } from './memory-package.ts';

let services = 0;

/** `scope key` as a ref. */
export function ref(place: string): SecretRef {
  const [scope = '', key = ''] = place.split(' ');
  const path = parseScopePath(scope);
  if (!path.ok) throw new TypeError(path.reason);
  return { scope: path.value, key };
}

/** A service of this test alone, with values by `scope key`. */
export function newService(secrets: Readonly<Record<string, string>> = {}): {
  readonly address: string;
  readonly service: CountedService;
} {
  services += 1;
  const address = `https://service-${process.pid}-${services}.test`;
  const service = serviceAt(address);
  for (const [place, value] of Object.entries(secrets)) service.put(ref(place), SecretValue.fromText(value));
  return { address, service };
}
