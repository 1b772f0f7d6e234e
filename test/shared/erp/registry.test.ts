import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import * as connectors from '../../../shared/erp/registry.ts';
import * as offered from '../../../shared/integration/index.ts';

const folders = readdirSync('shared/erp', { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'template')
  .map(({ name }) => name);

describe.each(Object.entries(connectors))('the connector %s', (call, connector) => {
  const { facts } = connector;

  it('is called by its name in the registry, and offered to configurations', () => {
    expect(facts.call ?? facts.folder).toBe(call);
    expect(offered).toHaveProperty(call, connector);
  });

  it('has its page, to which the overview leads, and its files under the usual names', () => {
    const files = readdirSync(`shared/erp/${facts.folder}`);

    expect(files).toEqual(
      expect.arrayContaining(['README.md', 'options.ts', 'errors.ts', 'index.ts', 'book.ts']),
    );
    const page = readFileSync(`shared/erp/${facts.folder}/README.md`, 'utf8');
    for (const heading of ['Needs', 'Does', 'Refuses', 'What an answer means'])
      expect(page).toContain(`\n## ${heading}\n`);
    expect(page).toMatch(/\*\*Tried against\*\*/);
    expect(page).toMatch(/Since \d+\.\d+\.\d+/);
    expect(readFileSync('shared/erp/README.md', 'utf8')).toContain(`](${facts.folder}/README.md)`);
  });

  it('runs the conformance suite, on a test server or on a real ERP', () => {
    const suites = [
      `test/shared/erp/${facts.folder}/conformance.test.ts`,
      `test/e2e/${facts.folder}/conformance.${facts.folder}.ts`,
    ];
    const suite = suites.find(existsSync);

    expect(suite && readFileSync(suite, 'utf8')).toContain('describeErpConformance(');
  });
});

it('has every folder of a connector', () => {
  expect(folders.toSorted()).toEqual(
    Object.values(connectors)
      .map(({ facts }) => facts.folder)
      .toSorted(),
  );
});
