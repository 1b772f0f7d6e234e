import { parseArgs } from 'node:util';
import { runMutants, tableOf } from './run-mutants.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    journeys: { type: 'string' },
    control: { type: 'string' },
    'at-once': { type: 'string' },
  },
});
const number = (text: string | undefined) => (text === undefined ? undefined : Number(text));

const { fates, isGood } = await runMutants({
  only: values.only?.split(','),
  journeys: number(values.journeys),
  control: number(values.control),
  atOnce: number(values['at-once']),
  progress: (line) => console.log(line),
});
console.log(`\n${tableOf(fates)}`);
process.exitCode = isGood ? 0 : 1;
