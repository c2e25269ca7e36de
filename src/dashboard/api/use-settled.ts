import { useEffect, useState } from 'react';

const quietMs = 350;

/** A text as it is once nobody has typed for a moment. */
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
