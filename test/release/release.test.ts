import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { simulateFetch } from '../simulation/world/network.ts';
import { unseenOf } from './forms.ts';
import { takeOver } from './in-flight.ts';
import { mappedBy } from './mapping.ts';
import { integrationIn, templateOf, writtenNow } from './present.ts';
import {
  asJsonSchemas,
  contentsOfItem,
  contentsOfMessage,
  itemReads,
  kindOfItem,
  messageReads,
  unreadBy,
} from './reads.ts';
import { fileOf, type RecordedItem, type RecordedMessage, readRecorded, releases } from './recorded.ts';
import { indexLosses, lossesOf } from './updates.ts';

/*
 * After the first deployment, each update finds messages and items of the previous version, and a rollback finds those
 * of the later version. Each release is recorded in a folder beside this file (record.ts).
 */

let restoreFetch = () => {};
let now: Awaited<ReturnType<typeof writtenNow>>;
beforeAll(async () => {
  restoreFetch = simulateFetch();
  now = await writtenNow(await integrationIn('test/release/plant.config.ts'));
});
afterAll(() => restoreFetch());

/** Items and contents of messages, each with its kind. */
const valuesIn = (items: readonly RecordedItem[], messages: readonly RecordedMessage[]) => [
  ...items.map((item) => ({ of: 'items' as const, kind: kindOfItem(item), value: item })),
  ...[...items.flatMap(contentsOfItem), ...messages.flatMap(contentsOfMessage)].map(({ kind, content }) => ({
    ...{ of: 'messages' as const, kind, value: content },
  })),
];
const reads = { items: itemReads, messages: messageReads };
const distinct = (all: readonly string[]) => [...new Set(all)].sort();

describe.each(releases)('release %s', (version) => {
  const recorded = () => {
    const plants = readRecorded(version, 'in-flight.json');
    const items = [...readRecorded(version, 'ledger.json'), ...plants.flatMap((plant) => plant.items)];
    const messages = [
      ...readRecorded(version, 'messages.json'),
      ...plants.flatMap((plant) => plant.messages),
    ];
    return valuesIn(items, messages);
  };
  const configuration = () => integrationIn(fileOf(version, 'plant.config.ts'));

  it('leaves items and messages that the present code reads', () => {
    const unread = recorded().flatMap(({ of, kind, value }) => {
      const forms = reads[of][kind];
      return forms ? unreadBy(forms, value).map((why) => `${kind} ${why}`) : [`${kind}: nothing reads it`];
    });
    expect(
      distinct(unread),
      `The present code cannot read what ${version} has left in queues and tables. Make it read both forms: make a new field optional, and keep reading a renamed one.`,
    ).toEqual([]);
  });

  it('reads the items and messages that the present code writes, after a rollback', () => {
    const schemas = readRecorded(version, 'schemas.json');
    const unread = valuesIn(now.items, now.messages).flatMap(({ of, kind, value }) =>
      unreadBy(schemas[of][kind] ?? [], value).map((why) => `${kind} ${why}`),
    );
    expect(
      distinct(unread),
      `After a rollback, ${version} could not read what the present code has written. Keep writing what ${version} reads; write another form only when the previous release reads it.`,
    ).toEqual([]);
  });

  it.each(readRecorded(version, 'in-flight.json'))(
    'is updated with messages in flight: all work in progress in a plant that books $split is finished, and done once',
    async (plant) => {
      const { end, left } = await takeOver(await configuration(), plant);

      expect(end).toEqual(plant.end);
      expect(left.messages).toEqual([]);
      expect(left.items.filter(({ sk, trouble }) => sk.startsWith('OUTBOX#') || trouble)).toEqual([]);
    },
  );

  it('is updated by CloudFormation without losing a resource, a name or an address', async () => {
    const before = readRecorded(version, 'template.json');
    const after = await templateOf(await configuration());

    const indexes = version === releases.at(-1) ? indexLosses(before, after) : [];
    expect([...lossesOf(before, after), ...indexes]).toEqual([]);
  });

  it('has a configuration that still loads at each stage, and maps orders and completions in the same way', async () => {
    const before = readRecorded(version, 'mapping.json');
    const mapped = JSON.parse(JSON.stringify(mappedBy(await configuration())));
    expect(
      mapped,
      `The configuration of a plant on ${version} has another meaning now. Orders whose content or hash changes look as if they had changed in the ERP.`,
    ).toEqual(before);
    await expect(integrationIn(fileOf(version, 'plant.config.ts'), 'test')).resolves.toMatchObject({
      plant: 'recorded',
    });
  });

  it('has an example of each kind of item and message that it reads', () => {
    const schemas = readRecorded(version, 'schemas.json');
    const kinds = recorded().map(({ kind }) => kind);
    expect(distinct(kinds)).toEqual(
      distinct([...Object.keys(schemas.items), ...Object.keys(schemas.messages)]),
    );
  });
});

describe('the present code', () => {
  const again = `If ${releases.at(-1)} is out, set the next version in package.json. Then: node test/release/record.ts <version>`;

  it('is recorded under its version', () => {
    expect(releases, again).toContain(packageJson.version);
  });

  it('writes the kinds of items and messages that the newest release has, and those that are read', () => {
    const kinds = distinct(valuesIn(now.items, now.messages).map(({ kind }) => kind));
    const schemas = readRecorded(packageJson.version, 'schemas.json');
    expect(kinds, again).toEqual(distinct([...Object.keys(schemas.items), ...Object.keys(schemas.messages)]));
    expect(kinds).toEqual(distinct([...Object.keys(itemReads), ...Object.keys(messageReads)]));
  });

  it('reads an item whose cause only a later release knows', () => {
    const later = now.items
      .filter(({ cause }) => cause !== undefined)
      .map((item) => ({ ...item, cause: 'known-later' }));

    expect(distinct(later.map(kindOfItem))).toEqual([
      ...['ORDER BOOKING', 'ORDER CONFLICT', 'ORDER DEAD-LETTER', 'ORDER ORDER'],
    ]);
    expect(later.flatMap((item) => unreadBy(itemReads[kindOfItem(item)] ?? [], item))).toEqual([]);
  });

  it('has only keys of the recorded kinds', () => {
    const folders = ['shared/ledger', 'shared/slots', 'shared/circuit-breaker', 'shared/worker'];
    const sources = folders.flatMap((folder) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.ts'))
        .map((name) => readFileSync(`${folder}/${name}`, 'utf8')),
    );
    const words = sources.flatMap((source) =>
      [...source.matchAll(/['`]([A-Z][A-Z-]+)(?=['`#])/g)].map(([, word = '']) => word),
    );
    const known = distinct(Object.keys(itemReads).flatMap((kind) => kind.split(' ')));
    expect(
      distinct(words),
      'Add the kind to itemReads (reads.ts), and make further-plants.ts write it.',
    ).toEqual(known);
  });

  it('writes everything that it reads, in each of its forms', () => {
    const values = valuesIn(now.items, now.messages);
    const unseen = (['items', 'messages'] as const).flatMap((of) =>
      Object.entries(asJsonSchemas(reads[of])).flatMap(([kind, forms]) =>
        forms.flatMap(({ when, schema }) => {
          const own = values.filter(
            ({ kind: its, value }) =>
              its === kind && (when === undefined || Object.hasOwn(Object(value), when)),
          );
          return own.length === 0
            ? [kind]
            : [
                ...unseenOf(
                  schema,
                  own.map(({ value }) => value),
                  kind,
                ),
              ];
        }),
      ),
    );
    // The bodies of dead letters are those of their queues.
    const notOfDeadLetters = distinct(unseen).filter((path) => !/^(dead-letters|outbox)/.test(path));
    expect(notOfDeadLetters, 'Make further-plants.ts write it.').toEqual(neverWritten);
  });
});

/** Forms that are read, but that no plant of the recording writes. */
const neverWritten = [
  // The words are written in `split`, which has the same schema.
  ...['ERP-ORDER ORDER.earlier[].book = each', 'ERP-ORDER ORDER.earlier[].book = when-all-done'],
  // The facts about a trouble are read from items of several kinds, each of which has some of them.
  ...['MESSAGE ATTEMPTS.about', 'MESSAGE ATTEMPTS.history', 'ORDER CONFLICT.order', 'ORDER CONFLICT.reason'],
  ...['ORDER DEAD-LETTER.about', 'ORDER DEAD-LETTER.order'],
  // No connector returns these, and nothing corrects a booking today.
  ...['ORDER BOOKING.confirmation', 'ORDER BOOKING.successor'],
  // Full histories: a booking has one.
  ...['ORDER CONFLICT.historyLeft', 'ORDER DEAD-LETTER.historyLeft', 'ORDER ORDER.historyLeft'],
  'ORDER QUESTION.historyLeft',
  // The position of an unfinished window has one.
  'PULL WATERMARK.watermark.id',
  // The simulation's work instructions have neither signatures nor units, and their steps one value each.
  ...['personal', 'unit', 'value (alternative 2)'].map(
    (field) => `bookings.content.completed[].recordings[].steps[].${field}`,
  ),
].sort();
