import { existsSync, readFileSync } from 'node:fs';
import type { Reporter, Vitest } from 'vitest/node';
import { compareGrants, describeGrants } from './compare.ts';
import { type GrantRecord, grantRecordSchema } from './grants.ts';

/**
 * The end of a whole run of the tests: the grants that all of them together used must be those that the stack
 * gives, else the run fails. Says nothing when only some tests ran or one failed, since those may be the ones
 * that need a grant. With `LIST_GRANTS=1` it also prints every grant and who used it.
 */
export default class GrantsReporter implements Reporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  async onTestRunEnd(...[modules, errors, reason]: Parameters<NonNullable<Reporter['onTestRunEnd']>>) {
    const { grantsFile: file } = this.#vitest?.getRootProject().getProvidedContext() ?? {};
    if (!this.#vitest || file === undefined || reason !== 'passed' || errors.length > 0) return;
    const { testNamePattern } = this.#vitest.config;
    const all = await this.#vitest.globTestSpecifications();
    if (testNamePattern !== undefined || modules.length < all.length) return;
    const lines = existsSync(file) ? readFileSync(file, 'utf8').split('\n').filter(Boolean) : [];
    const compared = compareGrants(
      lines
        .map((line) => grantRecordSchema.parse(JSON.parse(line)))
        // Other stacks are fixtures of the platform's own tests.
        .filter(({ stack }) => stack.startsWith('AzumutaErp-'))
        // The same resource of every plant.
        .map((record) => ({ ...record, resource: nameOf(record) })),
    );
    if (process.env.LIST_GRANTS === '1') process.stdout.write(`\n${describeGrants(compared)}\n`);
    process.stdout.write(`\n${compared.equal ? '' : 'FAILED: '}${compared.verdict}\n`);
    if (!compared.equal) process.exitCode = 1;
  }
}

/** `QueuesCompletions9DF934B3`, `table/LedgerTable9343E4AA/index/by-concern`. */
function nameOf({ resource, stack }: GrantRecord): string {
  return resource.replace(/^arn:aws:\w+:[^:]*:\d*:/, '').replace(`${stack}-`, '');
}
