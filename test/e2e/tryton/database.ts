import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { hash } from 'node:crypto';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

export interface PlantDatabase {
  /** A statement that changes something, by values that a test made. */
  readonly change: (statement: string) => Promise<void>;
  /** Every table of the plant's books, with a digest of its rows. */
  readonly everything: () => Promise<Readonly<Record<string, string>>>;
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
const isOfBooks = (table: string) =>
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
  let tables: readonly string[] | undefined;
  async function rowsOf(statement: string): Promise<string[][]> {
    const { stdout } = await promisify(execFile)('psql', [
      ...['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', statement],
      uri ?? '',
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
    change: async (statement: string) => void (await rowsOf(statement)),
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
  };
}

/** A database of SQLite, which has no locks of one row. */
function fileOf(path: string): PlantDatabase {
  const within = <T>(use: (database: DatabaseSync) => T): T => {
    const database = new DatabaseSync(path);
    try {
      return use(database);
    } finally {
      database.close();
    }
  };
  return {
    change: async (statement) => within((database) => database.exec(statement)),
    everything: async () =>
      within((database) => {
        const tables = database
          .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
          .all();
        const books = tables.map(({ name }) => String(name)).filter(isOfBooks);
        const rows = (name: string) => database.prepare(`SELECT * FROM "${name}" ORDER BY 1`).all();
        return Object.fromEntries(books.map((name) => [name, hash('md5', JSON.stringify(rows(name)))]));
      }),
    lock: async () => {
      throw new Error('On SQLite a transaction locks the whole database.');
    },
    unlock: async () => undefined,
  };
}
