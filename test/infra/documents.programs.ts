import { describe, expect, it } from 'vitest';
import { commands, isOperators, others, scriptOf } from './documented-commands.ts';
import { typed } from './ops/commands/typed.ts';

const order = { number: 'MO/0001', article: 'GEAR-01', quantity: '5', unit: 'u', attributes: {} };

describe.concurrent('a command for operators in the documents can be typed:', () => {
  it.each(commands.filter((command) => isOperators(command) && !command.includes('--local')))(
    '%s',
    async (command) => {
      // Prepare: nobody is logged in to AWS
      const nobody = { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
      const words = / -- (.*?)(?: >.*)?$/.exec(command)?.[1]?.split(' ') ?? [];

      // Act: a sample comes from standard input, because its file does not exist
      const answer = await typed(
        scriptOf(command),
        words.map((word) => word.replace('order.json', '-')),
        {
          input: JSON.stringify(order),
          environment: nobody,
        },
      );

      // Assess: the command line is accepted, until the command calls AWS or asks a person
      const wanted: Readonly<Record<string, object>> = {
        map: { code: 0 },
        init: { code: 2, complaint: expect.stringContaining('no terminal') },
      };
      const noAccount = { code: 1, complaint: expect.stringContaining('no AWS credentials') };
      const askedForPlant = { code: 2, complaint: expect.stringContaining('Say which plant') };
      // The plant that the README's first hour makes does not exist.
      const noPlant = {
        code: 2,
        complaint: expect.stringContaining('ghent.config.ts: there is no such file'),
      };
      const isOfPlant = command.includes('plants/');
      const namesNoPlant = command === 'npm run deploy';
      const ofScript = wanted[scriptOf(command)] ?? noAccount;
      const withPlant = isOfPlant ? noPlant : ofScript;
      expect(answer).toMatchObject(namesNoPlant ? askedForPlant : withPlant);
    },
  );
});

/** Commands that take too long for a test only print their options. */
describe.concurrent('knows the options of', () => {
  it.each(others.filter(({ script }) => script))('$command', async ({ script = '', options }) => {
    const { output } = await typed(script, ['--help']);
    expect(options.filter((option) => !output.includes(option))).toEqual([]);
  });
});
