import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

export interface PlantDatabase {
  /** A statement that changes something, by values that a test made. */
  readonly change: (statement: string) => Promise<void>;
  /** Every table of the plant's books, with a digest of its rows. */
  readonly everything: () => Promise<Readonly<Record<string, string>>>;
  /** Every table, with a digest of its rows: sessions, translations, views and the like as well. */
  readonly allTables: () => Promise<Readonly<Record<string, string>>>;
  /**
   * Locks a production with its outputs, as another transaction does. A lock on a component's move prevents reserving
   * every production that needs this component.
   */
  readonly lock: (production: number) => Promise<void>;
  /** Ends all locks. */
  readonly unlock: () => Promise<void>;
}

/** `'it''s'`, or NULL. */
export function literal(text: string | null): string {
  return text === null ? 'NULL' : `'${text.replaceAll("'", "''")}'`;
}

/** Sessions, translations, views and the like are not the plant's. */
export const isOfBooks = (table: string) =>
  /^(production|stock|timesheet|product|company|party|ir_note|ir_attachment|ir_sequence|res_user_warning)/.test(
    table,
  );

/**
 * Direct access to the tables of the environment that `run.ts` made: for values that no call can set or show, and for
 * locks of others.
 */
export function openDatabase(): PlantDatabase {
  const uri = process.env.TRYTON_DATABASE_AT;
  if (!uri) throw new Error('These tests need a running Tryton: start them with `npm run test:tryton`.');
  if (uri.endsWith('.sqlite')) return fileOf(uri);
  let holders: ChildProcess[] = [];
  async function rowsOf(statement: string): Promise<string[][]> {
    const { stdout } = await promisify(execFile)('psql', [
      ...['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', statement],
      uri ?? '',
    ]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('|')]));
  }
  async function digests(isWanted: (table: string) => boolean): Promise<Record<string, string>> {
    const all = await rowsOf("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1");
    const tables = all.map(([name = '']) => name).filter(isWanted);
    const selects = tables.map(
      (name) =>
        `SELECT '${name}', count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "${name}" t`,
    );
    return Object.fromEntries(await rowsOf(selects.join(' UNION ALL ')));
  }
  async function unlock(): Promise<void> {
    const ending = holders.map((holder) => new Promise((resolve) => holder.once('exit', resolve)));
    for (const holder of holders) holder.stdin?.end();
    holders = [];
    await Promise.all(ending);
  }
  return {
    change: async (statement: string) => void (await rowsOf(statement)),
    everything: () => digests(isOfBooks),
    allTables: () => digests(() => true),
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
  };
}

/** In which SQLite counts the rows of each table. */
const counters = 'sqlite_sequence';

/** A database of SQLite, which has no locks of one row. */
function fileOf(path: string): PlantDatabase {
  const within = <T>(use: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path, { timeout: 10_000 });
    try {
      return use(database);
    } finally {
      database.close();
    }
  };
  const digests = async (isWanted: (table: string) => boolean) =>
    within((database) => {
      const rowsOf = (name: string) => database.prepare(`SELECT * FROM "${name}" ORDER BY 1`).all();
      const tables = database.prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1").all();
      const names = tables.map(({ name }) => String(name)).filter((name) => name !== counters);
      // The counter of a table shows also rows that are gone again.
      const counted = new Map(rowsOf(counters).map(({ name, seq }) => [name, seq]));
      const digest = (name: string) => hash('md5', JSON.stringify([counted.get(name), rowsOf(name)]));
      return Object.fromEntries(names.filter(isWanted).map((name) => [name, digest(name)]));
    });
  return {
    change: async (statement) => within((database) => database.exec(statement)),
    everything: () => digests(isOfBooks),
    allTables: () => digests(() => true),
    lock: async () => {
      throw new Error('On SQLite a transaction locks the whole database.');
    },
    unlock: async () => undefined,
  };
}
