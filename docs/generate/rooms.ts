import { rooms } from '../../test/packaging/rooms.ts';
import { table } from './errors.ts';

/** The map of the repository, from the rules that the boundaries are tested with. */
export function roomsTable(): string {
  return table(
    ['room', 'holds', 'may import', 'tests'],
    rooms.map(({ folder, purpose, mayImport, tests }) => [
      `\`${folder}\``,
      purpose,
      mayImport.length > 9 ? 'every room' : mayImport.map((room) => `\`${room.replace(/^src\//, '')}\``).join(', '),
      tests === undefined ? 'those of its users' : `\`${tests}\``,
    ]),
  );
}
