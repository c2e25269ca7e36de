import type { Repeat } from '../../../src/composition/repeat.ts';

/** The periodic work of a server, which the test runs. */
export function roundsByHand() {
  const rounds = new Array<Parameters<Repeat>[0]>();
  const all = () => Promise.all(rounds.map((work) => work()));
  let first: Promise<unknown> | undefined;
  const repeat: Repeat = (work) => {
    rounds.push(work);
    return () => undefined;
  };
  return {
    repeat,
    /** One of each; the rounds that a start begins by itself have ended before. */
    round: async (): Promise<void> => {
      await (first ??= all());
      await all();
    },
  };
}
