import { beforeEach, describe, expect, it } from 'vitest';
import { readCommandLine } from '../../../../infra/ops/cli/command.ts';
import {
  command,
  type ReplayCommandOptions,
  replayAsTyped,
  selectingOptions,
} from '../../../../infra/ops/replay/typed.ts';
import { forAllTests } from '../../../support/for-all-tests.ts';
import { typedWordsOf } from '../../../support/words-of.ts';
import { bodies, completion, startReplayStores } from './replay-run.ts';

const stores = await forAllTests(startReplayStores());
beforeEach(() => stores.empty());

const where = '--stack AzumutaErp-ghent-production';

/** Of each option that chooses among dead letters a value that chooses the first of the two below, and not the second. */
const choosesFirst: Readonly<Record<keyof typeof selectingOptions, string>> = {
  order: 'PO-1',
  reason: 'the lot "L 1"',
};
const names = Object.keys(choosesFirst);

/** What each option of the command is for: one that chooses letters is in `selectingOptions`. */
const purposes: Readonly<Record<keyof ReplayCommandOptions, 'chooses letters' | 'something else'>> = {
  order: 'chooses letters',
  reason: 'chooses letters',
  all: 'something else',
  go: 'something else',
  accept: 'something else',
  wait: 'something else',
  because: 'something else',
  json: 'something else',
  local: 'something else',
  stack: 'something else',
  region: 'something else',
};

async function putBoth() {
  const first = {
    orderNumber: 'PO-1',
    reason: 'Odoo does not know THE LOT "L 1".',
    cause: 'order-data',
  } as const;
  await stores.store.put({ body: completion('PO-1'), stage: 'book-completion', ...first });
  const second = { orderNumber: 'PO-2', reason: 'The ERP order is closed.', cause: 'order-state' } as const;
  await stores.store.put({ body: completion('PO-2'), stage: 'book-completion', ...second });
}

async function typed(words: readonly string[]) {
  const { options } = readCommandLine(command, words);
  const sign = async (because: string) => because;
  const find = async () => ({ name: 'ghent', where, dependencies: stores.replaying, sign });
  const { lines, facts } = await replayAsTyped({ options, signal: new AbortController().signal }, find);
  const shown = lines.map((line) => line.trim()).find((line) => line.startsWith('npm run replay'));
  return { facts, shown: shown === undefined ? undefined : typedWordsOf(shown, 'replay') };
}

it('knows which options choose letters', () => {
  const choosing = Object.entries(purposes).flatMap(([name, purpose]) =>
    purpose === 'chooses letters' ? name : [],
  );
  expect(choosing.sort()).toEqual(Object.keys(selectingOptions).sort());
});

describe.each(names)('replay --%s', (name) => {
  const given = [`--${name}`, Object(choosesFirst)[name]];

  it('shows what it chooses, and the command to copy replays just that', async () => {
    // Prepare
    await putBoth();

    // Act
    const dry = await typed(given);
    const asCopied = await typed(dry.shown ?? []);

    // Assess
    expect(dry.facts).toMatchObject({ dryRun: true, selected: 1 });
    expect(dry.shown).toEqual([...given, '--go', ...where.split(' ')]);
    expect(asCopied.facts).toMatchObject({ dryRun: false, moved: 1 });
    expect(bodies(await stores.store.read('completions'))).toEqual([completion('PO-1', { again: true })]);
  });

  it('is refused beside --all, and named where nothing is chosen', async () => {
    await expect(typed(['--all', ...given])).rejects.toThrow(`--${name}`);
    await expect(typed(['--go'])).rejects.toThrow(`--${name} <`);
  });

  it.skipIf(name === 'order')('accepts no figure beside it', async () => {
    const accepting = ['--order', 'PO-1', '--accept', '5', ...given];
    await expect(typed(accepting)).rejects.toThrow('A figure is accepted of one order at a time');
  });
});

it('shows all where nothing is chosen, and the command to copy says so', async () => {
  await putBoth();
  const dry = await typed(['--because', 'the lot is known now']);
  expect(dry.facts).toMatchObject({ selected: 2 });
  expect(dry.shown).toEqual(['--all', '--because', 'the lot is known now', '--go', ...where.split(' ')]);
});
