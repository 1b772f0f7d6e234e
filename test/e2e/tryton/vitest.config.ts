import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The flow test pulls whatever is released: it goes before the files that leave productions behind. */
class FlowsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFlow = ({ moduleId }: TestSpecification) => moduleId.includes('flows');
    const byName = files.toSorted((a, b) => a.moduleId.localeCompare(b.moduleId));
    return [...byName.filter(isFlow), ...byName.filter((file) => !isFlow(file))];
  }
}

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    include: ['test/e2e/tryton/**/*.tryton.ts'],
    // The loops over every call take minutes: each test is told as it ends.
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // One SQLite database has one writer: files side by side would only wait for each other.
    fileParallelism: false,
    sequence: { sequencer: FlowsFirst },
  },
});
