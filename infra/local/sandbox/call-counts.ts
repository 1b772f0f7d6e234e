import type { Route } from './api.ts';
import type { Database } from './database.ts';

/** Table for the counts of calls; belongs into every sandbox's schema. */
export const callsTable =
  'CREATE TABLE IF NOT EXISTS calls (route TEXT, path TEXT, count INTEGER, PRIMARY KEY (route, path));';

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

/** Control routes that show and forget the counts. */
export function callRoutes(database: Database): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/sandbox/calls',
      answer: ({ query }) => {
        const rows =
          query.get('by') === 'path'
            ? database.all(
                "SELECT substr(route, 1, instr(route, ' ')) || path AS name, count FROM calls ORDER BY name",
              )
            : database.all(
                'SELECT route AS name, sum(count) AS count FROM calls GROUP BY route ORDER BY route',
              );
        return { status: 200, body: Object.fromEntries(rows.map(({ name, count }) => [name, count])) };
      },
    },
    {
      method: 'DELETE',
      pattern: '/sandbox/calls',
      answer: () => {
        database.run('DELETE FROM calls');
        return { status: 200, body: {} };
      },
    },
  ];
}
