/** A stretch of a pattern without gaps, and what came before it. */
export interface Piece {
  /** The position of its first byte. */
  readonly start: number;
  /** How many bytes of the pattern it stands for. */
  readonly length: number;
  /** The gap itself, where it stands for a byte of the pattern: a line end, or the blank at which text was folded. */
  readonly isGap: boolean;
  /** A line break follows. */
  readonly isLine: boolean;
  readonly previous: Piece | undefined;
  /** How many there are, with those before. */
  readonly count: number;
}

/** Pieces before those that anything still asks about are given up now and then: no stream may keep them all. */
const tidiedAfter = 4_096;

export function addPiece(previous: Piece | undefined, piece: Omit<Piece, 'previous' | 'count'>): Piece {
  return { ...piece, previous, count: (previous?.count ?? 0) + 1 };
}

/** Those that the last so many bytes lie in, the first one cut, in order. */
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

/** The same, without what lies before the last so many bytes. */
export function tidy(last: Piece, bytes: number): Piece {
  if (last.count % tidiedAfter !== 0) return last;
  let tidied: Piece | undefined;
  for (const piece of lastPieces(last, bytes)) tidied = addPiece(tidied, piece);
  return tidied ?? last;
}
