import type * as sdk from '@kici-dev/sdk';
import { stepErrors as told } from '../../src/cli/admin/error-pages/step-errors.ts';

type ErrorName = Exclude<Extract<keyof typeof sdk, `${string}Error`>, 'SdkError' | 'SecretAccessError'>;
type CodesOf<Name extends ErrorName> = InstanceType<(typeof sdk)[Name]>['code'];

/** The compiler checks them against the package's exports. */
export const stepErrors = told satisfies {
  readonly [Name in ErrorName]: Readonly<Record<CodesOf<Name>, { readonly meaning: string; readonly next: string }>>;
};
