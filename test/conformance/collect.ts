import { runConformance, type Conformance, type TestContext } from '@kici-dev/secret-backend-conformance';

/** A suite's results, by case id. */
export interface Verdict {
  readonly id: string;
  readonly result: 'passed' | 'failed' | 'not proven';
  readonly message?: string;
}

/** These observe the whole process, so nothing may run beside them. */
export const processWide: readonly string[] = ['close.releases', 'holding.flood', 'holding.swarm'];

/** Runs the chosen cases of a suite, all at once, without a test runner. */
export function collect(
  suite: Conformance,
  isWanted: (id: string) => boolean = () => true,
): Promise<readonly Verdict[]> {
  const verdicts = new Array<() => Promise<Verdict>>();
  runConformance(
    {
      describe: (_, define) => define(),
      test(title, body) {
        const id = title.split(': ')[0] ?? title;
        if (isWanted(id)) verdicts.push(() => judge(id, body));
      },
    },
    suite,
  );
  return Promise.all(verdicts.map((run) => run()));
}

async function judge(id: string, body: (context: TestContext) => Promise<void>): Promise<Verdict> {
  let skipped: string | undefined;
  try {
    await body({
      skip(reason) {
        skipped = reason;
      },
    });
    return skipped === undefined ? { id, result: 'passed' } : { id, result: 'not proven', message: skipped };
  } catch (error) {
    return { id, result: 'failed', message: error instanceof Error ? error.message : String(error) };
  }
}

export function failed(verdicts: readonly Verdict[]): readonly string[] {
  return verdicts.filter(({ result }) => result === 'failed').map(({ id }) => id);
}
