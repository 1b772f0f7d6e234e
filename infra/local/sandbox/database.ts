import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync, SQLInputValue } from 'node:sqlite';

/** The books of one sandbox, in one SQLite database. */
export interface Database {
  readonly all: (sql: string, ...values: SQLInputValue[]) => Record<string, unknown>[];
  readonly get: (sql: string, ...values: SQLInputValue[]) => Record<string, unknown> | undefined;
  readonly run: (sql: string, ...values: SQLInputValue[]) => void;
  /** All of `work` or nothing of it; committed when this returns. */
  readonly together: <T>(work: () => T) => T;
  readonly close: () => void;
}

/** Instead of a folder: books that are gone when they are closed. */
export const inMemory = ':memory:';

/**
 * Opens (or creates) `<folder>/<name>.sqlite`, or new books `inMemory`. What `run` or `together` has returned from is in the
 * write-ahead log, so that killing the process at any moment loses none of it (a power cut might).
 */
export function openDatabase(folder: string, name: string, schema: string): Database {
  if (folder !== inMemory) mkdirSync(folder, { recursive: true });
  const { DatabaseSync } = quietly(() => process.getBuiltinModule('node:sqlite'));
  const connection: DatabaseSync = new DatabaseSync(
    folder === inMemory ? inMemory : join(folder, `${name}.sqlite`),
  );
  connection.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 5000;');
  connection.exec(schema);
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  const statement = (sql: string) => {
    const known = prepared.get(sql) ?? connection.prepare(sql);
    prepared.set(sql, known);
    return known;
  };

  return {
    all: (sql, ...values) => statement(sql).all(...values),
    get: (sql, ...values) => statement(sql).get(...values),
    run: (sql, ...values) => void statement(sql).run(...values),
    together(work) {
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

/** Node still announces its SQLite as experimental when the module is first asked for. */
function quietly<T>(load: () => T): T {
  const { emitWarning } = process;
  process.emitWarning = () => {};
  try {
    return load();
  } finally {
    process.emitWarning = emitWarning;
  }
}
