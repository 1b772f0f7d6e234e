import { createAnswerReaders } from '../../../shared/azumuta/answer-readers.ts';
import { defaultContract } from '../../../shared/azumuta/contract.ts';
import type { ReadResource } from '../../../shared/azumuta/fields.ts';
import { machineLine } from '../machine.ts';
import { median } from '../statistics.ts';
import { readFixed } from './fixed-schemas.ts';

/**
 * Measures how long the contract and fixed schemas take to read an answer of Azumuta. Both run in turns, so that a
 * change in the machine's load affects both. Run: `node test/bench/contract/contract.ts`
 */
const readers = createAnswerReaders(defaultContract);
const instant = '2026-12-17T14:05:00.000Z';

const productOrder = {
  ...{ object: 'product-order', id: 'SarLiLeyuNWgw3Tai', number: 'MO/0042', status: 'completed' },
  ...{ createdAt: instant, completedAt: instant, url: 'https://azumuta.example/product-orders/x' },
  article: { object: 'article', id: 'Qz4mWdT7uPAbhRzvy', number: 'GEAR-01', name: { en: 'Gearbox' } },
  parameters: Array.from({ length: 6 }, (_, at) => ({ key: `Key ${at}`, value: at, valueType: 'Number' })),
  variants: ['Left', 'ATEX'].map((name) => ({ id: name, name: { en: name, nl: name } })),
  recordings: Array.from({ length: 4 }, (_, at) => ({ object: 'recording', id: `5KKoy7m6ms89mvrT${at}` })),
};
const recording = {
  ...{ object: 'recording', id: '5KKoy7m6ms89mvrTg', status: 'finished' },
  ...{ productOrderId: 'SarLiLeyuNWgw3Tai', productOrderNumber: 'MO/0042' },
  workInstruction: { id: 'Qz4mWdT7uPAbhRzvy', version: 7, name: { en: 'Assemble housing' } },
  ...{ startedAt: instant, finishedAt: instant, durationSeconds: 1200, operator: { id: 'a', name: 'An' } },
  steps: Array.from({ length: 30 }, (_, at) => ({
    ...{ id: `step ${at}`, name: { en: `Torque ${at}`, nl: `Moment ${at}` } },
    ...{ type: 'number', value: 45.2, unit: 'Nm', result: 'Ok' },
  })),
};

function microseconds(times: number, act: () => void): number {
  const began = process.hrtime.bigint();
  for (let time = 0; time < times; time += 1) act();
  return Number(process.hrtime.bigint() - began) / 1000 / times;
}

function compared<T>(name: string, read: ReadResource<T>, fixed: (json: unknown) => T, json: unknown) {
  const own = () => {
    if (!read(json).ok) throw new Error(`${name} cannot be read.`);
  };
  const other = () => void fixed(json);
  // Both are compiled by V8 before the measurement.
  microseconds(5000, own);
  microseconds(5000, other);
  const rounds = Array.from(
    { length: 31 },
    () => [microseconds(2000, own), microseconds(2000, other)] as const,
  );
  const [contract, schemas] = [median(rounds.map(([us]) => us)), median(rounds.map(([, us]) => us))];
  return { name, contract, schemas, ratio: median(rounds.map(([us, fixedUs]) => us / fixedUs)) };
}

const rows = [
  compared('a product order', readers.readProductOrder.read, readFixed.productOrder, productOrder),
  compared('a recording of 30 steps', readers.readRecording.read, readFixed.recording, recording),
];
const lines = rows.map(
  ({ name, contract, schemas, ratio }) =>
    `| ${name} | ${contract.toFixed(1)} µs | ${schemas.toFixed(1)} µs | ${ratio.toFixed(2)} |`,
);
process.stdout.write(
  `${await machineLine()}\n\n| reading | by the contract | by fixed schemas | ratio (at most 1.5) |\n| --- | --- | --- | --- |\n${lines.join('\n')}\n`,
);
