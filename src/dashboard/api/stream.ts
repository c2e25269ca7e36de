import { eventsPath } from '../../api/change-events.ts';

/** What becomes of a stream of changes. `open`: from now on each is told. `ended`: the session is over. */
export type StreamNews =
  { readonly what: 'open' | 'lost' | 'ended' } | { readonly what: 'change'; readonly kind: string };

export interface Follower {
  /** @param isOurs whether this tab has the stream */
  readonly hear: (news: StreamNews, isOurs: boolean) => void;
  /**
   * Nothing more came, where this tab has the stream.
   * @param isRefused whether it has to be opened again; else the browser tries again by itself
   */
  readonly failed: (isRefused: boolean) => void;
}

/**
 * Follows the changes of an organization. Tabs share one stream, as browsers hold six connections to a server without
 * HTTP/2: the streams of six tabs in sight would leave a seventh none. Where a browser cannot share, each has its own.
 * @param who is signed in: what they may know, another's tab may not
 * @returns a function that ends it
 */
export function followStream(organization: string, who: string, follower: Follower): () => void {
  return isSecureContext ? share(organization, who, follower) : open(organization, follower);
}

/** What tabs say to each other; whoever comes has `asked`, and whoever has the stream is `there`. */
type Message = StreamNews | { readonly what: 'asked' } | { readonly what: 'there' };

/** The stream is of whoever has the lock; once that tab ends, however it does, the browser gives it to the next. */
function share(organization: string, who: string, { hear, failed }: Follower): () => void {
  const name = `kici:changes:${organization}:${who}`;
  const channel = new BroadcastChannel(name);
  const left = new AbortController();
  let hasStream = false;
  let isOpen = false;
  const take = (news: StreamNews, isOurs: boolean): void => {
    if (news.what !== 'change') isOpen = news.what === 'open';
    hear(news, isOurs);
  };
  const say = (message: Message): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a channel has no other
    channel.postMessage(message);
  };
  channel.addEventListener('message', ({ data }) => {
    if (!isMessage(data)) return;
    if (data.what === 'asked') {
      if (hasStream && isOpen) say({ what: 'there' });
    } else if (data.what !== 'there') take(data, false);
    else if (!isOpen) take({ what: 'open' }, false);
  });
  const lead = async (): Promise<void> => {
    if (left.signal.aborted) return;
    hasStream = true;
    const tell: Follower['hear'] = (news, isOurs) => {
      say(news);
      take(news, isOurs);
    };
    // Whoever had it before has ended, and what happens until it is open is told to nobody.
    tell({ what: 'lost' }, true);
    const close = open(organization, { hear: tell, failed });
    await new Promise((resolve) => {
      left.signal.addEventListener('abort', resolve);
    });
    close();
  };
  say({ what: 'asked' });
  let close = (): void => undefined;
  navigator.locks.request(name, { signal: left.signal }, lead).catch(() => {
    if (left.signal.aborted || hasStream) return;
    channel.close();
    close = open(organization, { hear, failed });
  });
  return () => {
    left.abort();
    channel.close();
    close();
  };
}

function open(organization: string, { hear, failed }: Follower): () => void {
  const source = new EventSource(`/api/v1/orgs/${encodeURIComponent(organization)}${eventsPath}`);
  source.addEventListener('open', () => {
    hear({ what: 'open' }, true);
  });
  source.addEventListener('change', ({ data }) => {
    hear({ what: 'change', kind: kindOf(data) }, true);
  });
  source.addEventListener('ended', () => {
    source.close();
    hear({ what: 'ended' }, true);
  });
  source.addEventListener('error', () => {
    hear({ what: 'lost' }, true);
    failed(source.readyState === EventSource.CLOSED);
  });
  return () => {
    source.close();
  };
}

/** A kind that this page does not know is still a change. */
function kindOf(data: unknown): string {
  const change: unknown = typeof data === 'string' ? JSON.parse(data) : undefined;
  const kind = typeof change === 'object' && change !== null && 'kind' in change ? change.kind : undefined;
  return typeof kind === 'string' ? kind : 'changed';
}

/** Tabs may have pages of other versions. */
function isMessage(data: unknown): data is Message {
  if (typeof data !== 'object' || data === null || !('what' in data)) return false;
  if (data.what === 'change') return 'kind' in data && typeof data.kind === 'string';
  return ['open', 'lost', 'ended', 'asked', 'there'].some((what) => what === data.what);
}
