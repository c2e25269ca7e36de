import type { ChangeEvent } from '../../api/change-events.ts';
import { ApiError } from '../../api/api-error.ts';
import type { TokenCaller } from '../caller.ts';
import { outsideRequests } from '../request-scope.ts';
import type { ChangeFeed, News } from './feed.ts';
import { oneTooMany } from './fair-share.ts';
import { shownTo } from './visible.ts';

/** A client that follows an organization's changes. */
export interface StreamReader {
  readonly organization: string;
  /** Streams are limited per token. */
  readonly tokenId: string;
  /**
   * The reader's present rights.
   * @throws ApiError once the session or token is no longer valid
   */
  current(): Promise<TokenCaller>;
  /** @param sequence the newest row of the audit log that was read */
  send(events: readonly ChangeEvent[], sequence: number): void;
  end(reason: ApiError | undefined): void;
}

/** Notifies all readers of changes, at most half a second late. */
export interface EventStreams {
  /**
   * @param after the last row that the reader already knows
   * @returns a function that removes the reader
   * @throws ApiError `too_many_requests` if nobody else has more streams who could give way
   */
  add(reader: StreamReader, after: number | undefined): Promise<() => void>;
  endAll(): void;
  count(): number;
}

const lookEveryMs = 500;
const maxStreams = 256;
const maxStreamsOfToken = 24;

interface Following {
  readonly feed: ChangeFeed;
  readonly readers: Set<StreamReader>;
  readonly started: Promise<unknown>;
}

export function createEventStreams(feedOf: (organization: string) => ChangeFeed): EventStreams {
  const organizations = new Map<string, Following>();
  let timer: NodeJS.Timeout | undefined;

  const all = (): StreamReader[] => [...organizations.values()].flatMap(({ readers }) => [...readers]);

  function follow(organization: string): Following {
    const known = organizations.get(organization);
    if (known !== undefined) return known;
    const feed = feedOf(organization);
    const following = { feed, readers: new Set<StreamReader>(), started: feed.look() };
    organizations.set(organization, following);
    return following;
  }

  function remove(reader: StreamReader): void {
    const following = organizations.get(reader.organization);
    following?.readers.delete(reader);
    if (following?.readers.size === 0) organizations.delete(reader.organization);
  }

  async function look(): Promise<void> {
    timer = undefined;
    await Promise.all([...organizations.values()].map(tell));
    if (organizations.size > 0) schedule();
  }

  function schedule(): void {
    // For readers of all organizations, whoever came first.
    timer ??= outsideRequests(() => setTimeout(() => void look(), lookEveryMs).unref());
  }

  async function tell({ feed, readers, started }: Following): Promise<void> {
    // What cannot be determined now is picked up by the next look.
    const news = await started.then(() => feed.look()).catch(() => undefined);
    await Promise.all([...readers].map((reader) => tellReader(reader, news, feed.sequence)));
  }

  async function tellReader(reader: StreamReader, news: News | undefined, sequence: number): Promise<void> {
    try {
      const caller = await reader.current();
      if (news !== undefined) reader.send(eventsFor(caller, news), sequence);
    } catch (error) {
      // A database that does not answer must not end a session.
      if (!ApiError.is(error)) return;
      remove(reader);
      reader.end(error);
    }
  }

  /** @throws ApiError `too_many_requests` */
  function leavingFor(newcomer: StreamReader): StreamReader {
    const leaving = oneTooMany(
      all().filter((one) => one !== newcomer),
      newcomer,
    );
    if (leaving === undefined) throw tooMany();
    return leaving;
  }

  /** Only once the newcomer has started: a stream ended for one that never does would be lost for nothing. */
  function makeRoom(newcomer: StreamReader): void {
    const leaving = leavingFor(newcomer);
    remove(leaving);
    // Its page asks again, and is refused until it is its turn.
    leaving.end(undefined);
  }

  return {
    async add(reader, after) {
      const open = all();
      const own = open.filter(({ tokenId }) => tokenId === reader.tokenId).length;
      if (own >= maxStreamsOfToken) throw tooMany();
      if (open.length >= maxStreams) leavingFor(reader);
      const following = follow(reader.organization);
      following.readers.add(reader);
      try {
        await following.started;
        if (following.readers.has(reader) && all().length > maxStreams) makeRoom(reader);
      } catch (error) {
        remove(reader);
        throw error;
      }
      if (after !== undefined && after !== following.feed.sequence)
        reader.send([{ kind: 'changed' }], following.feed.sequence);
      schedule();
      return () => {
        remove(reader);
      };
    },
    count: () => all().length,
    endAll() {
      for (const reader of all()) {
        remove(reader);
        reader.end(undefined);
      }
      clearTimeout(timer);
    },
  };
}

function tooMany(): ApiError {
  return new ApiError(
    'too_many_requests',
    'too many pages listen for changes already',
    'close some of them; changes show when a page is reloaded',
  );
}

/** Removes duplicates. */
function eventsFor(caller: TokenCaller, { changes, overflow }: News): readonly ChangeEvent[] {
  if (overflow) return [{ kind: 'changed' }];
  const events = changes.map((change) => shownTo(caller, change));
  return [...new Map(events.map((event) => [JSON.stringify(event), event])).values()];
}
