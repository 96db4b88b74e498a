/**
 * PostgreSQL's codes: connections (08), a standby (25006), a session that was cut (25P03), a serialization failure or deadlock
 * (40001, 40P01), no room (53), a locked row (55P03), cancelled by an operator (57014), a shutdown (57P), a system error (58).
 */
const sqlStates = /^(?:08...|25006|25P03|40001|40P01|53...|55P03|57014|57P..|58...)$/

/** Of Node's sockets; a file that is missing is a fault of ours. */
const socketFaults = /^E(?:AI_AGAIN|CONN[A-Z]+|HOST[A-Z]+|NET[A-Z]+|NOTFOUND|PIPE|TIMEDOUT)$/

/** The messages of drivers that give no code: PostgreSQL's, Redis' client, and Redis itself. */
const words = [
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed and is not queryable',
  'timeout exceeded when trying to connect',
  'timeout expired',
  'The database did not answer in time',
  'Query read timeout',
  'Connection is closed',
  "Stream isn't writeable",
  "Cluster isn't ready",
  'Cluster is ended',
  'Command aborted due to connection close',
  'Redis connection is not ready',
  'Socket timeout',
  'Command timed out',
  'Reached the max retries per request limit',
  'None of startup nodes is available',
  'Failed to refresh slots cache',
  'Too many Cluster redirections',
  'All sentinels are unreachable',
  'Cluster is disconnect',
  ...[
    'BUSY ',
    'CLUSTERDOWN ',
    'LOADING ',
    'MASTERDOWN ',
    'MISCONF ',
    'MOVED ',
    'OOM ',
    'READONLY ',
    'TRYAGAIN ',
  ],
]

/**
 * Whether a store was unavailable or too slow, so that the same request may succeed in a moment; every other error is a bug. All
 * endpoints decide by it between 503 and 500.
 */
export function isUnavailable(error: unknown): boolean {
  const { code, syscall, message } = (error ?? {}) as { code?: unknown; syscall?: unknown; message?: unknown }
  // A database behind a socket file that is not there is a missing file, too.
  if (typeof code === 'string')
    return sqlStates.test(code) || socketFaults.test(code) || syscall === 'connect'
  return typeof message === 'string' && words.some(one => message.startsWith(one))
}
