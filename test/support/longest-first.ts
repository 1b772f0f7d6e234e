import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The slowest test files: each takes between a fiftieth and a fifth of all tests on one core. */
const longest = [
  'test/shared/erp/odoo/conformance.test.ts',
  'test/e2e/flows/flows.test.ts',
  'test/simulation/simulation.test.ts',
  'test/bench/backlog/backlog.test.ts',
  'test/infra/stack/partner-down.test.ts',
  'test/simulation/scenario/scenario.test.ts',
  'test/infra/build/docs/documents.test.ts',
  'test/infra/stack/deployment.test.ts',
  'test/e2e/life/back-and-forth.programs.ts',
];

/**
 * The order of the test files. By default Vitest begins with those that took longest the last time; in a new clone it
 * has no times, and begins with the largest files. The files that start whole systems are small, so they would come
 * last, on one core, while the other has nothing left to do.
 */
export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const place = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((file) => moduleId.endsWith(`/${file}`));
      return at < 0 ? longest.length : at;
    };
    return sorted.toSorted((a, b) => place(a) - place(b));
  }
}
