import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { type Route, route } from './api.ts';
import type { Fault } from './faults.ts';

/** The books of one sandbox, in one SQLite database. */
export type Database = ReturnType<typeof openDatabase>;

/** Instead of a folder: books that are gone when they are closed. */
export const inMemory = ':memory:';

/** Every sandbox counts its calls, and notes the faults that it made them fail with. */
const commonSchema = `
  PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;
  CREATE TABLE IF NOT EXISTS calls (route TEXT, path TEXT, count INTEGER, PRIMARY KEY (route, path));
  CREATE TABLE IF NOT EXISTS faults (place INTEGER PRIMARY KEY, fault TEXT, method TEXT, path TEXT);
`;

/**
 * Opens (or creates) `<folder>/<name>.sqlite`, or new books `inMemory`. What `run` or `together` has returned from is in
 * the write-ahead log, so killing the process at any moment loses none of it (a power cut might).
 */
export function openDatabase(folder: string, name: string, schema: string) {
  if (folder !== inMemory) mkdirSync(folder, { recursive: true });
  const { DatabaseSync } = quietly(() => process.getBuiltinModule('node:sqlite'));
  const connection: DatabaseSync = new DatabaseSync(
    folder === inMemory ? inMemory : join(folder, `${name}.sqlite`),
  );
  connection.exec(commonSchema + schema);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, known);
    return known;
  };

  return {
    all: (sql: string, ...values: SQLInputValue[]): Record<string, unknown>[] =>
      statement(sql).all(...values),
    get: (sql: string, ...values: SQLInputValue[]): Record<string, unknown> | undefined =>
      statement(sql).get(...values),
    run: (sql: string, ...values: SQLInputValue[]): void => void statement(sql).run(...values),
    /** The JSON in the column `document`. The stores alone write it, so its shape is the one they wrote. */
    documents: <T>(sql: string, ...values: SQLInputValue[]): T[] =>
      statement(sql)
        .all(...values)
        .map((row) => JSON.parse(String(row.document))),
    /** All of `work` or nothing of it; committed when this returns. */
    together<T>(work: () => T): T {
      connection.exec('BEGIN IMMEDIATE');
      try {
        const result = work();
        connection.exec('COMMIT');
        return result;
      } catch (error) {
        connection.exec('ROLLBACK');
        throw error;
      }
    },
    close: () => connection.close(),
  };
}

/** Node announces its SQLite as experimental when the module is first loaded. */
function quietly<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}

/**
 * @param route Method and pattern.
 * @param path As it was called, with its query.
 */
export function countCall(database: Database, route: string, path: string): void {
  database.run(
    'INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT (route, path) DO UPDATE SET count = count + 1',
    route,
    path,
  );
}

/** Control routes that show and forget the counts of calls. */
export function callRoutes(database: Database): Route[] {
  const pattern = '/sandbox/calls';
  const byPath = "SELECT substr(route, 1, instr(route, ' ')) || path AS name, count FROM calls ORDER BY name";
  const byRoute = 'SELECT route AS name, sum(count) AS count FROM calls GROUP BY route ORDER BY route';
  return [
    route('GET', pattern, ({ query }) => {
      const rows = database.all(query.get('by') === 'path' ? byPath : byRoute);
      return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
    }),
    route('DELETE', pattern, () => {
      database.run('DELETE FROM calls');
      return {};
    }),
  ];
}

/** Notes a fault in the partner's books, so that a restart forgets none: its kind, or the status that it answered. */
export function logFault(database: Database, fault: Fault, method: string, path: string): void {
  const name = fault.kind === 'status' ? String(fault.status) : fault.kind;
  database.run('INSERT INTO faults (fault, method, path) VALUES (?, ?, ?)', name, method, path);
}
