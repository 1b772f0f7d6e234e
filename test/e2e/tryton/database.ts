import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { promisify } from 'node:util';

export type PlantDatabase = ReturnType<typeof openDatabase>;

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
export function openDatabase() {
  const uri = process.env.TRYTON_DATABASE_AT;
  if (!uri) throw new Error('These tests need a running Tryton: start them with `npm run test:tryton`.');
  let holders: ChildProcess[] = [];
  let tables: readonly string[] | undefined;
  async function rowsOf(statement: string): Promise<string[][]> {
    const { stdout } = await promisify(execFile)('psql', [
      ...['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', '-c', statement],
      uri ?? '',
    ]);
    return stdout.split('\n').flatMap((line) => (line === '' ? [] : [line.split('|')]));
  }
  /** Ends all locks. */
  async function unlock(): Promise<void> {
    const ending = holders.map((holder) => new Promise((resolve) => holder.once('exit', resolve)));
    for (const holder of holders) holder.stdin?.end();
    holders = [];
    await Promise.all(ending);
  }
  return {
    /** A statement that changes something, by values that a test made. */
    change: async (statement: string) => void (await rowsOf(statement)),
    /** Every table of the plant's books, with a digest of its rows. */
    async everything(): Promise<Readonly<Record<string, string>>> {
      tables ??= (await rowsOf("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"))
        .map(([name = '']) => name)
        .filter(isOfBooks);
      const digests = tables.map(
        (name) =>
          `SELECT '${name}', count(*) || ' rows, ' || md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM "${name}" t`,
      );
      return Object.fromEntries(await rowsOf(digests.join(' UNION ALL ')));
    },
    /**
     * Locks a production with its outputs, as another transaction does. A lock on a component's move prevents reserving
     * every production that needs this component.
     */
    async lock(production: number): Promise<void> {
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
