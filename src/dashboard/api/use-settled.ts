import { useEffect, useState } from 'react';

const quietMs = 350;

/** The text, once typing has paused for a moment. */
export function useSettled(text: string): string {
  const [settled, setSettled] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => {
      setSettled(text);
    }, quietMs);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return settled;
}
