import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import type { Backend } from './install.ts';

/** Direct access to Tryton's tables: for values that no call can set or show, and for locks of others. */
export interface PlantDatabase {
  readonly backend: Backend;
  /** Statements that change something, by values that a test made. */
  change(...statements: readonly string[]): Promise<void>;
  /** Every table of the plant's books, with a digest of its rows. */
  everything(): Promise<Readonly<Record<string, string>>>;
  /**
   * Locks a production with its outputs, as another transaction does, or the whole database where it has no smaller
   * locks. A lock on a component's move prevents reserving every production that needs this component.
   */
  lock(production: number): Promise<void>;
  /** Ends all locks. */
  unlock(): Promise<void>;
  close(): Promise<void>;
}

/** The database of the environment that `run.ts` made. */
export function openDatabase(): PlantDatabase {
  const at = process.env.TRYTON_DATABASE_AT;
  if (!at) throw new Error('These tests need a running Tryton: start them with `npm run test:tryton`.');
  return at.startsWith('postgresql:') ? openPostgresql(at) : openSqlite(at);
}

/** `'it''s'`, or NULL. */
export function literal(text: string | null): string {
  return text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** Sessions, translations, views and the like are not the plant's. */
const isOfBooks = (table: string) =>
  /^(production|stock|timesheet|product|company|party|ir_note|ir_attachment|ir_sequence|res_user_warning)/.test(
    table,
  );

function openSqlite(file: string): PlantDatabase {
  let held: DatabaseSync | undefined;
  function using<T>(act: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(file);
    try {
      database.exec('PRAGMA busy_timeout = 10000');
      return act(database);
    } finally {
      database.close();
    }
  }
  async function unlock(): Promise<void> {
    held?.exec('ROLLBACK');
    held?.close();
    held = undefined;
  }
  return {
    backend: 'sqlite',
    change: async (...statements) => using((database) => database.exec(statements.join(';\n'))),
    everything: async () =>
      using((database) => {
        const tables = database
          .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
          .all();
        const names = tables.map(({ name }) => String(name)).filter(isOfBooks);
        return Object.fromEntries(
          names.map((name) => {
            const rows = database.prepare(`SELECT * FROM "${name}" ORDER BY rowid`).all();
            return [name, `${rows.length} rows, ${digestOf(JSON.stringify(rows))}`];
          }),
        );
      }),
    async lock() {
      held = new DatabaseSync(file);
      held.exec('PRAGMA busy_timeout = 10000; BEGIN IMMEDIATE');
    },
    unlock,
    close: unlock,
  };
}

function openPostgresql(uri: string): PlantDatabase {
  let holders: ChildProcess[] = [];
  let tables: readonly string[] | undefined;
  async function rowsOf(...statements: readonly string[]): Promise<string[][]> {
    const { stdout } = await promisify(execFile)('psql', [
      ...['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1'],
      ...statements.flatMap((statement) => ['-c', statement]),
      uri,
    ]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('|')]));
  }
  async function unlock(): Promise<void> {
    const ending = holders.map((holder) => new Promise((resolve) => holder.once('exit', resolve)));
    for (const holder of holders) holder.stdin?.end();
    holders = [];
    await Promise.all(ending);
  }
  return {
    backend: 'postgresql',
    change: async (...statements) => void (await rowsOf(...statements)),
    async everything() {
      tables ??= (await rowsOf("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
        .map(([name = '']) => name)
        .filter(isOfBooks);
      const digests = tables.map(
        (name) =>
          `SELECT '${name}', count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "${name}" t`,
      );
      return Object.fromEntries(await rowsOf(digests.join(' UNION ALL ')));
    },
    async lock(production) {
      const holder = spawn('psql', ['-X', '-q', '-A', '-t', uri], { stdio: ['pipe', 'pipe', 'inherit'] });
      holders.push(holder);
      const locked = new Promise((resolve) => holder.stdout.once('data', resolve));
      holder.stdin.write(`BEGIN;
SELECT id FROM production WHERE id = ${production} FOR UPDATE \\g /dev/null
SELECT id FROM stock_move WHERE production_output = ${production} FOR UPDATE \\g /dev/null
\\echo locked
`);
      await locked;
    },
    unlock,
    close: unlock,
  };
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}
