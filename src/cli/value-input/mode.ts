import { UsageError } from '../terminal/command-error.ts';

export type InputMode =
  | { readonly kind: 'prompt' }
  | { readonly kind: 'stdin' }
  | { readonly kind: 'file'; readonly path: string }
  | { readonly kind: 'environment'; readonly name: string }
  | { readonly kind: 'argument'; readonly value: string };

export interface ModeFlags {
  readonly prompt?: boolean;
  readonly fromStdin?: boolean;
  readonly fromFile?: string;
  readonly fromEnv?: string;
  readonly value?: string;
}

/**
 * Where the value comes from; without a flag a prompt on a terminal, else stdin. Nothing is read yet.
 * @throws UsageError if more than one mode is given
 */
export function chooseMode(flags: ModeFlags, stdinIsTerminal: boolean): InputMode {
  const chosen: (readonly [string, InputMode])[] = [];
  if (flags.prompt === true) chosen.push(['--prompt', { kind: 'prompt' }]);
  if (flags.fromStdin === true) chosen.push(['--from-stdin', { kind: 'stdin' }]);
  if (flags.fromFile !== undefined) chosen.push(['--from-file', { kind: 'file', path: flags.fromFile }]);
  if (flags.fromEnv !== undefined) chosen.push(['--from-env', { kind: 'environment', name: flags.fromEnv }]);
  if (flags.value !== undefined) chosen.push(['--value', { kind: 'argument', value: flags.value }]);
  if (chosen.length > 1)
    throw new UsageError(
      `${chosen.map(([flag]) => flag).join(' and ')} cannot be used together`,
      'choose one way to give the value',
    );
  return chosen[0]?.[1] ?? { kind: stdinIsTerminal ? 'prompt' : 'stdin' };
}
