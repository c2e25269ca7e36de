import { endianness } from 'node:os';

/** The first number of add_key, request_key and keyctl, which follow one another, by AUDIT_ARCH of linux/audit.h. */
const keyrings: readonly (readonly [architecture: number, firstCall: number])[] = [
  [0xc000_003e, 248], // x86-64
  [0x4000_0003, 286], // i386
  [0xc000_00b7, 217], // arm64
  [0x4000_0028, 309], // arm
  [0xc000_00f3, 217], // riscv64
  [0xc000_0015, 269], // ppc64le
  [0x8000_0016, 278], // s390x
];
const calls = 3;
/** Set in the numbers of x32, which are those of x86-64 otherwise. */
const withoutX32 = 0xbfff_ffff;
/** Where seccomp_data has the call's number and the architecture. */
const [numberAt, architectureAt] = [0, 4];
const [allow, refuse] = [0x7fff_0000, 0x0005_0001];
const code = { load: 0x20, isEqual: 0x15, isAtLeast: 0x35, and: 0x54, subtract: 0x14, end: 0x06 } as const;
const instructionBytes = 8;

type Instruction = readonly [what: keyof typeof code, value: number, ifTrue?: number, ifFalse?: number];

/**
 * A program for seccomp(2) that refuses (EPERM) the calls for keyrings of the kernel, which no namespace separates: a
 * process has the session's keyring of whoever started it. Container engines refuse them as well.
 */
export function systemCallFilter(): Buffer {
  const perArchitecture = keyrings.map(([architecture, firstCall]): readonly Instruction[] => {
    const block: readonly Instruction[] = [
      ['load', numberAt],
      ['and', withoutX32],
      ['subtract', firstCall],
      // Smaller numbers have become very large ones.
      ['isAtLeast', calls, 1, 0],
      ['end', refuse],
      ['end', allow],
    ];
    return [['isEqual', architecture, 0, block.length], ...block];
  });
  const program: readonly Instruction[] = [['load', architectureAt], ...perArchitecture.flat(), ['end', allow]];
  return Buffer.concat(program.map(encode));
}

function encode([what, value, ifTrue = 0, ifFalse = 0]: Instruction): Buffer {
  const bytes = Buffer.alloc(instructionBytes);
  const isLittle = endianness() === 'LE';
  if (isLittle) bytes.writeUInt16LE(code[what], 0);
  else bytes.writeUInt16BE(code[what], 0);
  bytes[2] = ifTrue;
  bytes[3] = ifFalse;
  if (isLittle) bytes.writeUInt32LE(value, 4);
  else bytes.writeUInt32BE(value, 4);
  return bytes;
}
