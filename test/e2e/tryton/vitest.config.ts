import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The flow test pulls everything that is released, so it runs before the files that leave productions behind. */
class FlowsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isFlow = ({ moduleId }: TestSpecification) => moduleId.includes('flows');
    return files.toSorted((a, b) => Number(isFlow(b)) - Number(isFlow(a)));
  }
}

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('../../..', import.meta.url)),
    include: ['test/e2e/tryton/*.tryton.ts'],
    // Some tests take a minute, so each is reported when it ends.
    reporters: ['verbose'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Files side by side would lock each other's components.
    fileParallelism: false,
    sequence: { sequencer: FlowsFirst },
  },
});
