import { access } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export const sdkPackage = '@kici-dev/sdk';

/** `kici` finds the SDK by itself; compilers and editors look in folders named `node_modules` only. */
export async function isFoundByEditors(root: string): Promise<boolean> {
  const isHere = await access(join(root, 'node_modules', sdkPackage, 'package.json')).then(
    () => true,
    () => false,
  );
  const above = dirname(root);
  return isHere || (above !== root && isFoundByEditors(above));
}
