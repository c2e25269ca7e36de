/** A stretch of bytes to be masked, counted from the stream's first byte; `end` is exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Keeps the spans in order and merges overlapping ones. */
export function addSpan(spans: Span[], start: number, end: number): void {
  const last = spans.at(-1);
  if (last === undefined || last.end <= start) {
    spans.push({ start, end });
    return;
  }
  let after = spans.length;
  while (after > 0 && (spans[after - 1]?.start ?? 0) >= end) after -= 1;
  let [first, from, to] = [after, start, end];
  for (let before = spans[first - 1]; before !== undefined && before.end > start; before = spans[first - 1]) {
    from = Math.min(from, before.start);
    to = Math.max(to, before.end);
    first -= 1;
  }
  if (first === spans.length) spans.push({ start: from, end: to });
  else spans.splice(first, after - first, { start: from, end: to });
}
