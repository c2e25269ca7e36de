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
  /** The number of pieces up to this one. */
  readonly count: number;
}

/** Pieces that nothing needs any more are dropped now and then: no stream may keep them all. */
const tidiedAfter = 4_096;

export function addPiece(previous: Piece | undefined, piece: Omit<Piece, 'previous' | 'count'>): Piece {
  return { ...piece, previous, count: (previous?.count ?? 0) + 1 };
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

/** The same list, without what precedes the last bytes. */
export function tidy(last: Piece, bytes: number): Piece {
  if (last.count % tidiedAfter !== 0) return last;
  let tidied: Piece | undefined;
  for (const piece of lastPieces(last, bytes)) tidied = addPiece(tidied, piece);
  return tidied ?? last;
}
