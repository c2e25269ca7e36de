import { useEffect, useRef, useState, type ReactElement } from 'react';
import { Button } from './button.tsx';
import { pageStyles } from './page.tsx';

const step = 100;

/**
 * The rows that are in the document: the first of them, and more as somebody comes to their end.
 * @returns `more` goes behind them
 */
export function useSome<T>(all: readonly T[]): {
  readonly some: readonly T[];
  readonly more: ReactElement | undefined;
} {
  const [shown, setShown] = useState(step);
  const rest = all.length - shown;
  return {
    some: rest > 0 ? all.slice(0, shown) : all,
    more:
      rest > 0 ? (
        <More
          rest={rest}
          onMore={() => {
            setShown(shown + step);
          }}
        />
      ) : undefined,
  };
}

interface MoreProps {
  readonly rest: number;
  /** Only when it is pressed. */
  readonly isByHand?: boolean;
  readonly onMore: () => void;
}

/** Comes into sight at the end of rows, and asks for more of them. */
export function More({ rest, isByHand = false, onMore }: MoreProps): ReactElement {
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (isByHand) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some(({ isIntersecting }) => isIntersecting)) onMore();
      },
      { rootMargin: '600px' },
    );
    if (end.current !== null) observer.observe(end.current);
    return () => {
      observer.disconnect();
    };
  });
  return (
    <div ref={end} className={pageStyles['more']}>
      <Button onClick={onMore}>{`Show more of ${rest.toLocaleString('en')} below`}</Button>
    </div>
  );
}
