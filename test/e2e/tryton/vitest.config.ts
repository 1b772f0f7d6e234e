import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The flow test pulls everything that is released, so it runs before the files that leave productions behind. */
class FlowsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFlow = ({ moduleId }: TestSpecification) => moduleId.includes('flows');
    const byName = files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
    return [...byName.filter(isFlow), ...byName.filter((file) => !isFlow(file))];
  }
}

/** Files that depend on how a database locks and stores values, and the refusals, run on both. */
const onPostgresql = {
  include: ['conformance', 'crashes', 'meanwhile', 'refusals', 'writers'],
  testNamePattern:
    /^(?!.*keeps the promises)|refusing before it writes|knowing its own marks|waiting, and pieces|locked|at the same moment|cut off/,
};
/** The loops over every call that is cut off take minutes: only PostgreSQL runs them. */
const onSqlite = {
  include: ['book', 'conformance', 'flows', 'list-orders', 'meanwhile', 'refusals', 'session', 'writers'],
  testNamePattern: /^(?!.*(cut off|time after time))/,
};
const { include, testNamePattern } = process.env.TRYTON_DATABASE_AT?.startsWith('postgresql:')
  ? onPostgresql
  : onSqlite;

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    include: include.map((name) => `test/e2e/tryton/${name}.tryton.ts`),
    testNamePattern,
    // The loops over every call take minutes, so each test is reported when it ends.
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One SQLite database has one writer: files side by side would only wait for each other.
    fileParallelism: false,
    sequence: { sequencer: FlowsFirst },
  },
});
