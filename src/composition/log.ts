import { pino, type DestinationStream, type Logger } from 'pino';
import { requestId } from '../orchestrator/request-scope.ts';

/** The server's log: JSON lines, each with the id of the request that it was written for, if there is one. */
export function createLog(level: string, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      mixin() {
        const id = requestId();
        return id === undefined ? {} : { requestId: id };
      },
    },
    destination,
  );
}
