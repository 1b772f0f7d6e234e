import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import * as z from 'zod/mini';
import { assumedApiDocument } from '../../../../infra/build/docs/azumuta-api.ts';
import { configurationReference } from '../../../../infra/build/docs/configuration.ts';
import { openApiDocument } from '../../../../infra/build/docs/openapi.ts';
import { createDocuments } from '../../../../infra/build/docs/write.ts';

/** Licences that a plant may deploy without asking anybody. */
const permissive = /^(MIT|MIT-0|Apache-2\.0|BSD-2-Clause|BSD-3-Clause|0BSD|ISC)$/;

const sbomSchema = z.object({
  components: z.array(
    z.object({
      name: z.string(),
      version: z.optional(z.string()),
      licenses: z.optional(z.array(z.object({ license: z.object({ id: z.string() }) }))),
    }),
  ),
});

describe('a document that is made from code', () => {
  it('is up to date: npm run documents writes it', async () => {
    // Act
    const documents = Object.entries(await createDocuments());

    // Assess
    expect(documents).toHaveLength(8);
    for (const [path, text] of documents) expect(readFileSync(path, 'utf8'), path).toBe(text);
  });

  it('names every bundled package, each under a permissive licence with its text', () => {
    // Prepare
    const { components } = z.parse(
      sbomSchema,
      JSON.parse(readFileSync('infra/build/docs/sbom.json', 'utf8')),
    );
    const notice = readFileSync('infra/build/docs/third-party-licences.txt', 'utf8');

    // Act
    const packages = components.filter(({ version }) => version);

    // Assess
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['client-sqs', 'zod', 'big.js']));
    expect(packages.flatMap(({ licenses = [] }) => licenses.map(({ license }) => license.id))).toEqual(
      packages.map(() => expect.stringMatching(permissive)),
    );
    expect(packages.filter(({ name, version }) => !notice.includes(`${name} ${version} (`))).toEqual([]);
    expect(notice).toContain('Permission is hereby granted');
    expect(notice).toContain('TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION');
  });

  it('explains every field of the configuration', () => {
    const rows = configurationReference()
      .split('\n')
      .filter((line) => line.startsWith('| `'));
    expect(rows.length).toBeGreaterThan(60);
    // The names of fields of Azumuta's resources tell enough.
    const untold = rows.filter((row) => row.endsWith('|  |'));
    expect(untold.filter((row) => !/^\| `\w+\.\w+` \| path/.test(row))).toEqual([]);
  });
});

describe('the OpenAPI document', () => {
  it.each([
    ['ours', openApiDocument],
    ['the one that is assumed of Azumuta', assumedApiDocument],
  ])('is valid OpenAPI 3.1: %s', async (_, documentOf) => {
    const validator = new Validator();
    expect(await validator.validate(JSON.parse(JSON.stringify(documentOf())))).toMatchObject({
      valid: true,
    });
    expect(validator.version).toBe('3.1');
  });
});
