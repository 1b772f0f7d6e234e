import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { assumedApiDocument, isAbout, linesOfContract } from '../../../infra/build/docs/azumuta-api.ts';
import { assumptions } from '../../../shared/azumuta/assumptions.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';

describe('the register of assumptions', () => {
  it('has one for each line of the contract, and none about a line that there is not', () => {
    // Prepare
    const lines = linesOfContract();

    // Act
    const unsaid = lines.filter((line) => !assumptions.some((one) => isAbout(one, line)));
    const named = assumptions.flatMap((one) => one.lines);
    const unknown = named.filter((line) => !lines.some((each) => isAbout({ lines: [line] }, each)));

    // Assess
    expect(lines.length).toBeGreaterThan(80);
    expect(unsaid).toEqual([]);
    expect(unknown).toEqual([]);
    expect(named.filter((line, at) => named.indexOf(line) !== at)).toEqual([]);
  });

  it.each(assumptions)('names a test that there is: $sentence', ({ test: { file, name } }) => {
    expect(existsSync(file), file).toBe(true);
    const quoted = [name, name.replaceAll("'", String.raw`\'`)].flatMap((text) => [`'${text}'`, `"${text}"`]);
    const source = readFileSync(file, 'utf8');
    expect(
      quoted.some((text) => source.includes(text)),
      `${file} has no test "${name}".`,
    ).toBe(true);
  });

  it('says each thing once, in one sentence, and none as confirmed without its recording', () => {
    const sentences = assumptions.map(({ sentence }) => sentence);
    expect(new Set(sentences).size).toBe(sentences.length);
    for (const sentence of sentences) expect(sentence).toMatch(/^[^\n]{20,220}\.$/);
    for (const { confirmed } of assumptions)
      if (confirmed) expect(existsSync(`test/recorded/${confirmed.recording}`)).toBe(true);
  });
});

it('writes each call of the contract into the document for Azumuta, with its fields where they are assumed', () => {
  // Act
  const { paths, components } = assumedApiDocument();

  // Assess
  const asked = Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const operations = Object.values(defaultContract.operations).map((one) => `${one?.method} ${one?.path}`);
  expect(asked.toSorted()).toEqual(operations.toSorted());
  expect(components.schemas.Recording).toMatchObject({
    properties: {
      workInstruction: { properties: { id: {}, version: {}, name: {} } },
      steps: { items: { properties: { value: {}, result: {} } } },
    },
  });
});
