/** Alike work that is asked for at once is done once. */
export interface SharedRuns<Work, Result> {
  /**
   * While one with this key runs, everybody who asks waits for the next one together: what they get was found out after
   * they had asked.
   */
  run(key: string, work: Work): Promise<Result>;
}

interface Next<Work, Result> {
  work: Work;
  readonly result: Promise<Result>;
}

interface Line<Work, Result> {
  readonly running: Promise<unknown>;
  next: Next<Work, Result> | undefined;
}

/** @param join the work of a run that two share */
export function createSharedRuns<Work, Result>(
  perform: (work: Work) => Promise<Result>,
  join: (left: Work, right: Work) => Work,
): SharedRuns<Work, Result> {
  const lines = new Map<string, Line<Work, Result>>();

  function start(key: string, work: Work): Promise<Result> {
    const result = perform(work);
    const line: Line<Work, Result> = { running: result.catch(() => undefined), next: undefined };
    lines.set(key, line);
    void line.running.finally(() => {
      if (line.next === undefined) lines.delete(key);
    });
    return result;
  }

  return {
    run(key, work) {
      const line = lines.get(key);
      if (line === undefined) return start(key, work);
      if (line.next !== undefined) {
        line.next.work = join(line.next.work, work);
        return line.next.result;
      }
      const { running } = line;
      const next: Next<Work, Result> = {
        work,
        result: running.then(() => start(key, next.work)),
      };
      line.next = next;
      return next.result;
    },
  };
}
