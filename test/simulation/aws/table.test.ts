import { isDeepStrictEqual } from 'node:util';
import { DeleteItemCommand, type DynamoDBClient } from '@aws-sdk/client-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ledgerIndexes } from '../../../shared/ledger/table-schema.ts';
import { type Dynalite, startDynalite } from '../../support/dynamodb.ts';
import { commands, keys, readAll, tableName } from './arbitrary-commands.ts';
import { createTableModel, type TableCommand } from './table.ts';

/** A command and what dynalite, which others have written, answered. */
interface Recorded {
  readonly command: TableCommand;
  readonly answer: object;
}

let store: Dynalite;
const recordings: Recorded[][] = [];

beforeAll(async () => {
  store = await startDynalite();
  const emptied = keys.map((Key) => new DeleteItemCommand({ TableName: tableName, Key }));
  for (const sequence of fc.sample(commands, { numRuns: 16, seed: 23 })) {
    const recording: Recorded[] = [];
    for (const command of [...sequence, ...readAll()]) {
      recording.push({ command, answer: await told(() => send(store.client, command)) });
    }
    recordings.push(recording);
    for (const command of emptied) await store.client.send(command);
  }
});
afterAll(() => store?.stop());

/** `send` takes each of the commands, but not all of them at once. */
const send = (client: Pick<DynamoDBClient, 'send'>, command: TableCommand) =>
  client.send(command as Parameters<typeof client.send>[0]);

/** An answer without what is about its transport; of an error its name. */
async function told(answered: () => Promise<object>): Promise<object> {
  try {
    const { $metadata: _, ...answer } = Object.assign({ $metadata: {} }, await answered());
    return 'Items' in answer && Array.isArray(answer.Items)
      ? { ...answer, Items: ordered(answer.Items) }
      : answer;
  } catch (error) {
    return { error: error instanceof Error ? error.name : error };
  }
}

/** Entries of an index that have one sort key are in no order; here, in the one of their keys. */
function ordered(items: readonly object[]): object[] {
  const sortOf = (item: object) => JSON.stringify(['dueAt' in item && item.dueAt, 'pk' in item && item.pk]);
  const keyOf = (item: object) => JSON.stringify(['pk' in item && item.pk, 'sk' in item && item.sk]);
  if (!items.some((item) => 'awaiting' in item || 'erpOrderNumber' in item)) return [...items];
  return items.toSorted((a, b) => (sortOf(a) === sortOf(b) && keyOf(a) < keyOf(b) ? -1 : 0));
}

/** The first command that a model answers in another way than dynalite did, each command changed by `plant`. */
async function firstDifference(plant: (command: TableCommand) => TableCommand, lagMs = 0) {
  for (const recording of recordings) {
    const model = createTableModel({
      ...{ name: tableName, indexes: Object.values(ledgerIndexes), now: () => 0, indexLagMs: () => lagMs },
    });
    for (const { command, answer } of recording) {
      const modelled = await told(() => send(model.client, plant(command)));
      if (!isDeepStrictEqual(modelled, answer)) return { input: command.input, modelled, dynalite: answer };
    }
  }
  return undefined;
}

/** A command as a model would take it that misreads its expressions. */
function misread(command: TableCommand, pattern: RegExp, replacement: string): TableCommand {
  const input = Object.entries(command.input).map(([name, value]) => [
    name,
    name.endsWith('Expression') ? String(value).replace(pattern, replacement) : value,
  ]);
  return Object.create(command, { input: { value: Object.fromEntries(input) } });
}

it('answers as dynalite does, whatever the conditions, updates and queries', async () => {
  expect(await firstDifference((command) => command)).toBeUndefined();
});

describe('the comparison with dynalite', () => {
  it.each([
    ['<= for <', /<(?![=>])/g, '<='],
    ['< for <=', /<=/g, '<'],
    ['> for >=', />=/g, '>'],
    ['= for <>', /<>/g, '='],
    ['OR for AND', /AND/gi, 'OR'],
    ['AND for OR', /OR/g, 'AND'],
    ['no parentheses', /\(((?:[^()]|\([^()]*\))* (?:AND|OR|and) (?:[^()]|\([^()]*\))*)\)/g, '$1'],
    ['no NOT', /NOT /g, ''],
    ['attribute_exists of what does not exist', /attribute_not_exists/g, 'attribute_exists'],
    ['= for begins_with', /begins_with\(([^,]+), ([^)]+)\)/g, '$1 = $2'],
    ['another key of a map', /\.#x/g, '.#y'],
    ['another place in a list', /\[0\]/g, '[1]'],
    ['no if_not_exists in list_append', /if_not_exists\((#l), (:v\d+)\), /g, '$2, '],
    ['list_append the other way round', /list_append\((if.*?\)), (:v\d+)\)/g, 'list_append($2, $1)'],
    ['+ for -', / - /g, ' + '],
    ['SET for ADD', /ADD (#\w+) /g, 'SET $1 = '],
  ])('finds a model that takes %s', async (_, pattern, replacement) => {
    expect(await firstDifference((command) => misread(command, pattern, replacement))).toBeDefined();
  });

  it('finds an index that shows a change late', async () => {
    expect(await firstDifference((command) => command, 1)).toBeDefined();
  });
});
