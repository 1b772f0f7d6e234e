import { beforeAll, describe, expect, it } from 'vitest';
import { fromJSONSchema } from 'zod';
import type { OrderConcernKind } from '../../shared/ledger/records/concerns.ts';
import { describeMismatches, parse } from '../../shared/platform/validation.ts';
import { lossesOf, mappedBy, stackOf } from './present.ts';
import { known, pathsIn, type Recorded, reads, valuesIn } from './reads.ts';
import { fileOf, recorded, releases } from './record.ts';
import { writtenNow } from './written.ts';

/*
 * After the first deployment, each update finds messages and items of the version before, and a rollback those of the
 * later one. Each release is recorded in a folder beside this file, by record.ts.
 */

const newest = releases.at(-1) ?? '';
let written: readonly Recorded[] = [];
beforeAll(async () => {
  written = await writtenNow(recorded(newest, 'mapping'));
});

type Schemas = Readonly<Record<string, readonly Parameters<typeof parse>[0][]>>;

/** Why items and messages cannot be read by schemas for their kinds. */
const unreadBy = (schemas: Schemas, given: readonly Recorded[]) =>
  given.flatMap(valuesIn).flatMap(([kind, value]) =>
    (schemas[kind] ?? []).flatMap((schema) => {
      const parsed = parse(schema, value);
      return parsed.ok ? [] : `${kind} ${describeMismatches(parsed.mismatches)}`;
    }),
  );

/** What is in items and messages, and is not read of their kind, nor of any item. */
const unknownIn = (given: readonly Recorded[]) =>
  [...pathsIn(given.flatMap(valuesIn))]
    .filter((path) => !path.startsWith('any item') && !known.has(path))
    .filter((path) => !known.has(path.replace(/^[A-Z-]+ [A-Z-]+/, 'any item')))
    .map((path) => `${path}: nothing reads it`);
const kindsIn = (given: readonly Recorded[]) => new Set(given.flatMap(valuesIn).map(([kind]) => kind));

/**
 * Words of an index that a release never asks for, so that it never reads the items that are there under them: 0.3.0 reads
 * its orders by their keys, and leaves out an item of a kind that it does not know.
 */
const neverAskedFor: Readonly<Record<string, readonly unknown[]>> = { '0.3.0': ['window'] };

/**
 * Kinds of concerns that a release does not have. It leaves such a concern out wherever it reads one (0.3.0: `concernOf` takes
 * none that its schema refuses, and `listOpen` asks for the kinds that it knows): after a rollback nobody hears of it until the
 * update is made again, and its order is looked at as any other. A new kind stands here, with the release that lacks it.
 */
const leftOutConcerns: Readonly<Record<string, readonly OrderConcernKind[]>> = { '0.3.0': [], '0.4.0': [] };

describe.each(releases)('release %s', (version) => {
  const configuration = fileOf(version, 'plant.config.ts');

  it('leaves items and messages that the present code reads', () => {
    const left = recorded(version, 'written');
    const why = `The present code cannot read what ${version} has left in queues and ledger: make a new field optional, and keep reading a renamed one.`;
    expect([...unreadBy(reads, left), ...unknownIn(left)], why).toEqual([]);
  });

  it('reads the items and messages that the present code writes, after a rollback', () => {
    const schemas = Object.entries(recorded(version, 'schemas')).map(([kind, all]) => [
      ...[kind, all.map((one) => fromJSONSchema(one))],
    ]);
    const why = `After a rollback, ${version} could not read what the present code has written: write another form only once the release before reads it. A new kind of concern it leaves out, so nobody hears of it: if that may be, write the kind into leftOutConcerns.`;
    const leftOut: readonly unknown[] = leftOutConcerns[version] ?? [];
    const isLeftOut = ({ sk, kind }: Recorded) => String(sk).startsWith('CONCERN') && leftOut.includes(kind);
    const isAskedFor = ({ awaiting }: Recorded) => !neverAskedFor[version]?.includes(awaiting);
    const isRead = (one: Recorded) => isAskedFor(one) && !isLeftOut(one);
    expect(unreadBy(Object.fromEntries(schemas), written.filter(isRead)), why).toEqual([]);
  });

  it('is updated by CloudFormation without losing a resource, an address, an output or an index', async () => {
    const why = `An update from ${version} would lose or replace these, or change several indexes at once: give a construct its old id, and leave an index to the next release.`;
    expect(lossesOf(recorded(version, 'stack'), await stackOf(configuration)), why).toEqual([]);
  });

  it('has a configuration that still loads at each stage, and maps orders and completions to the same', async () => {
    const before = recorded(version, 'mapping');
    const mapped = await mappedBy(
      configuration,
      before.map(({ sample }) => sample),
    );
    const why = `The configuration of a plant on ${version} means something else now.`;
    expect(mapped, why).toMatchObject(before);
  });
});

it('has all kinds of items and messages recorded that the present code writes, and reads and writes the same', () => {
  const seen = pathsIn(written.flatMap(valuesIn));
  const record = 'Record the next release: node test/release/record.ts <version>';
  expect(kindsIn(written), record).toEqual(kindsIn(recorded(newest, 'written')));
  expect(unknownIn(written), 'Say in reads.ts that it is read.').toEqual([]);
  const unwritten = [...known].filter((path) => !seen.has(path) && !neverWritten.test(path));
  expect(
    unwritten,
    'Nothing writes it any more, or written.ts does not: write it there, or add a seed.',
  ).toEqual([]);
});

/** A full history; units, all of one schema; what others have examples of. */
const neverWritten = /historyLeft$|\.unit$|scrap\.\*$|told = |operations\[\]\.step$|^(body|letter) of .*\./;

it('says what an update of a stack loses, and which indexes it changes if these are several', () => {
  const before = ['queue A', 'output B', 'index c'];
  expect(lossesOf(before, ['queue A', 'output C', 'index c', 'index d'])).toEqual(['output B']);
  expect(lossesOf(before, ['queue A', 'output B', 'index d'])).toEqual(['index c', 'index d']);
});
