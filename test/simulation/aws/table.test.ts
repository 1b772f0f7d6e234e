import { isDeepStrictEqual } from 'node:util';
import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ledgerIndexes } from '../../../shared/ledger/table-schema.ts';
import { startDynalite } from '../../support/dynamodb.ts';
import { forAllTests } from '../../support/for-all-tests.ts';
import { commands, keys, readAll, tableName } from './arbitrary-commands.ts';
import { createTableModel, type TableCommand } from './table.ts';

/** A command, and the answer of dynalite, an independent implementation. */
interface Recorded {
  readonly command: TableCommand;
  readonly answer: object;
}

const store = await forAllTests(startDynalite());

/** `send` has an overload for each command, but none for their union. */
const send = (client: Pick<DynamoDBClient, 'send'>, command: TableCommand) =>
  client.send(command as Parameters<typeof client.send>[0]);

/** An answer without the metadata of its transport; an error is reduced to its name. */
async function outcomeOf(answered: () => Promise<object>): Promise<object> {
  try {
    const { $metadata: _, ...answer } = Object.assign({ $metadata: {} }, await answered());
    return 'Items' in answer && Array.isArray(answer.Items)
      ? { ...answer, Items: ordered(answer.Items) }
      : answer;
  } catch (error) {
    return { error: error instanceof Error ? error.name : error };
  }
}

/** Entries of an index with the same sort key have no order, so they are ordered by their keys here. */
function ordered(items: readonly object[]): object[] {
  const sortOf = (item: object) => JSON.stringify(['dueAt' in item && item.dueAt, 'pk' in item && item.pk]);
  const keyOf = (item: object) => JSON.stringify(['pk' in item && item.pk, 'sk' in item && item.sk]);
  if (!items.some((item) => 'awaiting' in item || 'erpOrderNumber' in item)) return [...items];
  return items.toSorted((a, b) => (sortOf(a) === sortOf(b) && keyOf(a) < keyOf(b) ? -1 : 0));
}

const recordings: Recorded[][] = [];
const emptied = keys.map((Key) => new DeleteItemCommand({ TableName: tableName, Key }));
for (const sequence of fc.sample(commands, { numRuns: 16, seed: 23 })) {
  const recording: Recorded[] = [];
  for (const command of [...sequence, ...readAll()])
    recording.push({ command, answer: await outcomeOf(() => send(store.client, command)) });
  recordings.push(recording);
  for (const command of emptied) await store.client.send(command);
}

/** The first command that a model answers differently from dynalite, after `plant` has changed each command. */
async function firstDifference(plant: (command: TableCommand) => TableCommand, lagMs = 0) {
  for (const recording of recordings) {
    const model = createTableModel({
      ...{ name: tableName, indexes: Object.values(ledgerIndexes), now: () => 0, indexLagMs: () => lagMs },
    });
    for (const { command, answer } of recording) {
      const modelled = await outcomeOf(() => send(model.client, plant(command)));
      if (!isDeepStrictEqual(modelled, answer)) return { input: command.input, modelled, dynalite: answer };
    }
  }
  return undefined;
}

/** Changes a command's expressions, as if the model misread them. */
function misread(command: TableCommand, pattern: RegExp, replacement: string): TableCommand {
  const input = Object.entries(command.input).map(([name, value]) => [
    name,
    name.endsWith('Expression') ? String(value).replace(pattern, replacement) : value,
  ]);
  return Object.create(command, { input: { value: Object.fromEntries(input) } });
}

it('answers random conditions, updates and queries as dynalite does', async () => {
  expect(await firstDifference((command) => command)).toBeUndefined();
});

describe('the comparison with dynalite', () => {
  it.each([
    ['<= for <', /<(?![=>])/g, '<='],
    ['< for <=', /<=/g, '<'],
    ['> for >=', />=/g, '>'],
    ['= for <>', /<>/g, '='],
    ['reads AND as OR', /AND/gi, 'OR'],
    ['reads OR as AND', /OR/g, 'AND'],
    ['ignores parentheses', /\(((?:[^()]|\([^()]*\))* (?:AND|OR|and) (?:[^()]|\([^()]*\))*)\)/g, '$1'],
    ['ignores NOT', /NOT /g, ''],
    ['reads attribute_not_exists as attribute_exists', /attribute_not_exists/g, 'attribute_exists'],
    ['reads begins_with as =', /begins_with\(([^,]+), ([^)]+)\)/g, '$1 = $2'],
    ['reads another key of a map', /\.#x/g, '.#y'],
    ['reads another index of a list', /\[0\]/g, '[1]'],
    ['ignores if_not_exists in list_append', /if_not_exists\((#l), (:v\d+)\), /g, '$2, '],
    ['appends lists in the wrong order', /list_append\((if.*?\)), (:v\d+)\)/g, 'list_append($2, $1)'],
    ['+ for -', / - /g, ' + '],
    ['reads ADD as SET', /ADD (#\w+) /g, 'SET $1 = '],
  ])('finds a model that %s', async (_, pattern, replacement) => {
    expect(await firstDifference((command) => misread(command, pattern, replacement))).toBeDefined();
  });

  it('finds an index that shows a change late', async () => {
    expect(await firstDifference((command) => command, 1)).toBeDefined();
  });
});
