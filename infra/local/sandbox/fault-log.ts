import type { Database } from './database.ts';
import type { Fault } from './faults.ts';

/** A fault that struck a call, in the books of the partner that it made fail: a restart forgets none. */
export interface LoggedFault {
  /** The kind of the fault, or the status that it answered. */
  readonly fault: string;
  readonly method: string;
  /** As it was called. */
  readonly path: string;
}

/** Belongs into every sandbox's schema. */
export const faultLogTable =
  'CREATE TABLE IF NOT EXISTS strikes (place INTEGER PRIMARY KEY, fault TEXT, method TEXT, path TEXT);';

export function logFault(database: Database, fault: Fault, method: string, path: string): void {
  const name = fault.kind === 'status' ? String(fault.status) : fault.kind;
  database.run('INSERT INTO strikes (fault, method, path) VALUES (?, ?, ?)', name, method, path);
}

/** All strikes so far, oldest first. */
export function loggedFaultsIn(database: Database): LoggedFault[] {
  return database
    .all('SELECT fault, method, path FROM strikes ORDER BY place')
    .map(({ fault, method, path }) => ({ fault: String(fault), method: String(method), path: String(path) }));
}
