/** A gapless stretch of a pattern, linked to the previous one. */
export interface Piece {
  /** The position of its first byte. */
  readonly start: number;
  /** How many bytes of the pattern it stands for. */
  readonly length: number;
  /**
   * It is the gap itself, which stands for a byte of the pattern: a line end, or the blank at which text was folded.
   */
  readonly isGap: boolean;
  /** A line break follows. */
  readonly isLine: boolean;
  readonly previous: Piece | undefined;
  /** The number of pieces up to this one, of their bytes, and of those that a line break follows. */
  readonly count: number;
  readonly bytes: number;
  readonly lines: number;
  /** The last one that is no gap: itself or an earlier one. */
  readonly text: Piece | undefined;
}

/** Pieces that nothing needs any more are dropped now and then: no stream may keep them all. */
const tidiedAfter = 4_096;

type NewPiece = Omit<Piece, 'previous' | 'count' | 'bytes' | 'lines' | 'text'>;

export function addPiece(previous: Piece | undefined, { start, length, isGap, isLine }: NewPiece): Piece {
  const count = (previous?.count ?? 0) + 1;
  const bytes = (previous?.bytes ?? 0) + length;
  const lines = (previous?.lines ?? 0) + Number(isLine);
  const added = { start, length, isGap, isLine, previous, count, bytes, lines, text: previous?.text };
  if (!isGap) added.text = added;
  return added;
}

/** The same list, with a line break after its last piece. */
export function withLine(last: Piece): Piece {
  return last.isLine ? last : addPiece(last.previous, { ...last, isLine: true });
}

/** The pieces that contain the last bytes, the first one cut, in order. */
export function lastPieces(last: Piece | undefined, bytes: number): Piece[] {
  const pieces: Piece[] = [];
  let rest = bytes;
  for (let piece = last; piece !== undefined && rest > 0; piece = piece.previous) {
    const cut = Math.max(0, piece.length - rest);
    pieces.push(cut === 0 ? piece : { ...piece, start: piece.start + cut, length: piece.length - cut });
    rest -= piece.length;
  }
  return pieces.toReversed();
}

/** The same lists, with positions counted from a later byte on. */
export function shiftPieces(lists: readonly (Piece | undefined)[], by: number): (Piece | undefined)[] {
  const shifted = new Map<Piece, Piece>();
  return lists.map((last) => {
    const missing: Piece[] = [];
    let piece = last;
    for (; piece !== undefined && !shifted.has(piece); piece = piece.previous) missing.push(piece);
    let list = piece && shifted.get(piece);
    for (const old of missing.toReversed()) {
      list = addPiece(list, { ...old, start: old.start - by });
      shifted.set(old, list);
    }
    return list;
  });
}

/** The same list, without what precedes the last bytes. */
export function tidy(last: Piece, bytes: number): Piece {
  if (last.count % tidiedAfter !== 0) return last;
  let tidied: Piece | undefined;
  for (const piece of lastPieces(last, bytes)) tidied = addPiece(tidied, piece);
  return tidied ?? last;
}

/**
 * Whether the pieces that contain the last bytes contain those of the others, in order and with no more line breaks,
 * apart from the bytes for which a gap stands: then they also mask what the others do. They may have pieces in between,
 * such as a line end by itself that is a gap for the others.
 */
export function cover(pieces: Piece | undefined, others: Piece | undefined, bytes: number): boolean {
  let [one, other] = [textOf(pieces, pieces, bytes), textOf(others, others, bytes)];
  let [after, afterOther] = [pieces, others];
  while (one !== other) {
    if (one === undefined) return false;
    const isLine = hasLine(one, after);
    if (other === undefined || one.start >= other.start + other.length) {
      if (isLine) return false;
    } else {
      if ((isLine && !hasLine(other, afterOther)) || !contains(one, other, isLine)) return false;
      afterOther = other.previous;
      other = textOf(afterOther, others, bytes);
    }
    after = one.previous;
    one = textOf(after, pieces, bytes);
  }
  return true;
}

/**
 * At a line break a mark may end one line or begin the next, as a backslash of folded text does: the pattern has it
 * once, and either way that one is masked.
 */
function contains(one: Piece, other: Piece, isBeforeLine: boolean): boolean {
  const isAfterLine = one.previous?.isLine === true && other.previous?.isLine === true;
  const [begin, end] = [one.start - Number(isAfterLine), one.start + one.length + Number(isBeforeLine)];
  return begin <= other.start && end >= other.start + other.length;
}

/** The last piece up to that one that is no gap, if it contains any of the last bytes. */
function textOf(upTo: Piece | undefined, last: Piece | undefined, bytes: number): Piece | undefined {
  const text = upTo?.text;
  return text !== undefined && (last?.bytes ?? 0) - text.bytes < bytes ? text : undefined;
}

/** Whether a line break follows the piece, before the next one that is no gap. */
function hasLine({ previous }: Piece, upTo: Piece | undefined): boolean {
  return (upTo?.lines ?? 0) > (previous?.lines ?? 0);
}
