import { endianness } from 'node:os';
import { describe, expect, it } from 'vitest';
import { systemCallFilter } from '../../src/agent/sandbox/system-call-filter.ts';

/** Numbers in memory are as the machine writes them. */
const order = endianness();

/** What classic BPF does with the instructions that the filter consists of. */
function decide(filter: Buffer, architecture: number, call: number): number {
  let accumulator = 0;
  for (let at = 0; at < filter.length / 8; at += 1) {
    const code = filter[`readUInt16${order}`](at * 8);
    const value = filter[`readUInt32${order}`](at * 8 + 4);
    const skip = (isTrue: boolean): void => {
      at += filter[at * 8 + (isTrue ? 2 : 3)] ?? 0;
    };
    if (code === 0x20) accumulator = value === 4 ? architecture : call;
    else if (code === 0x54) accumulator = (accumulator & value) >>> 0;
    else if (code === 0x14) accumulator = (accumulator - value) >>> 0;
    else if (code === 0x15) skip(accumulator === value);
    else if (code === 0x35) skip(accumulator >= value);
    else return value;
  }
  throw new Error('the program does not end');
}

describe('the filter of system calls', () => {
  const filter = systemCallFilter();

  it.each([
    ['x86-64', 0xc000_003e, 248],
    ['x32', 0xc000_003e, 0x4000_0000 + 248],
    ['i386', 0x4000_0003, 286],
    ['arm64', 0xc000_00b7, 217],
  ])('refuses keyrings and nothing beside them: %s', (_, architecture, first) => {
    for (let call = first - 3; call < first + 6; call += 1)
      expect(decide(filter, architecture, call)).toBe(call >= first && call < first + 3 ? 0x0005_0001 : 0x7fff_0000);
    for (const call of [0, 1, 1_000]) expect(decide(filter, architecture, call)).toBe(0x7fff_0000);
  });

  it('leaves alone what it does not know', () => {
    expect(decide(filter, 0xc000_0016, 248)).toBe(0x7fff_0000);
  });
});
