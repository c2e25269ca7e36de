import { defineCapabilities, SecretValue, type BackendCapabilities } from '@kici-dev/secret-backend';
import { memoryCapabilities } from '@kici-dev/secret-backend-conformance';
import type { Liar } from './liar.ts';

const without = (
  ...names: readonly ('write' | 'delete' | 'compareAndSet' | 'versionPins' | 'binary')[]
): BackendCapabilities =>
  defineCapabilities({ ...memoryCapabilities, ...Object.fromEntries(names.map((name) => [name, false])) });

/** Declares less than it does. */
function undeclared(
  lie: string,
  caught: string,
  capabilities: BackendCapabilities,
  tell: Liar['tell'] = () => ({}),
): Liar {
  return { lie, caught, capabilities, tell: (honest) => ({ ...tell(honest), capabilities }) };
}

export const capabilityLiars: readonly Liar[] = [
  {
    lie: 'has a manifest that can be changed',
    caught: 'capabilities.frozen',
    tell: () => ({ capabilities: { ...memoryCapabilities } }),
  },
  {
    lie: 'declares other sizes than its definition',
    caught: 'capabilities.announced',
    tell: () => ({ capabilities: defineCapabilities({ ...memoryCapabilities, readBatchSize: 100 }) }),
  },
  { lie: 'declares versions and has no such method', caught: 'versions.list', lacks: 'versions', tell: () => ({}) },
  undeclared('has a method that it does not declare', 'absent.delete', without('delete')),
  undeclared(
    'ignores an expected version that it does not support',
    'absent.compareAndSet',
    without('compareAndSet'),
    (honest) => ({
      write: ({ scope, key, value }, context) => honest.write({ scope, key, value }, context),
    }),
  ),
  undeclared(
    'answers a pin that it does not support with the current version',
    'absent.versionPins',
    without('versionPins'),
    (honest) => ({
      read: (refs, context) =>
        honest.read(
          refs.map(({ scope, key }) => ({ scope, key })),
          context,
        ),
    }),
  ),
  undeclared('replaces bytes that it does not support', 'absent.binary', without('binary'), (honest) => ({
    write: (entry, context) =>
      honest.write(
        {
          ...entry,
          value: SecretValue.fromText(new TextDecoder('utf-8', { ignoreBOM: true }).decode(entry.value.bytes())),
        },
        context,
      ),
  })),
];
