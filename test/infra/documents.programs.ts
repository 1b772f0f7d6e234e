import { describe, expect, it } from 'vitest';
import { commands, isOperators, others, scriptOf } from './documented-commands.ts';
import { typed } from './ops/commands/typed.ts';

const order = { number: 'MO/0001', article: 'GEAR-01', quantity: '5', unit: 'u', attributes: {} };

describe.concurrent('an operator may type, as it stands,', () => {
  it.each(commands.filter((command) => isOperators(command) && !command.includes('--local')))(
    '%s',
    async (command) => {
      // Prepare: nobody is logged in
      const nobody = { AWS_REGION: 'eu-west-1', AWS_EC2_METADATA_DISABLED: 'true', HOME: '/nonexistent' };
      const words = / -- (.*?)(?: >.*)?$/.exec(command)?.[1]?.split(' ') ?? [];

      // Act: a sample comes from standard input, as its file is not there
      const answer = await typed(
        scriptOf(command),
        words.map((word) => word.replace('order.json', '-')),
        {
          input: JSON.stringify(order),
          environment: nobody,
        },
      );

      // Assess: the command line is understood, up to where AWS, or a person, is asked
      const wanted: Readonly<Record<string, object>> = {
        map: { code: 0 },
        init: { code: 2, complaint: expect.stringContaining('no terminal') },
      };
      const noAccount = { code: 1, complaint: expect.stringContaining('no AWS credentials') };
      // What the first hour makes is not there.
      const noPlant = {
        code: 2,
        complaint: expect.stringContaining('ghent.config.ts: there is no such file'),
      };
      const isOfPlant = command.includes('plants/');
      expect(answer).toMatchObject(isOfPlant ? noPlant : (wanted[scriptOf(command)] ?? noAccount));
    },
  );
});

/** Those that take longer than a test may are asked for their options only. */
describe.concurrent('knows the options of', () => {
  it.each(others.filter(({ script }) => script))('$command', async ({ script = '', options }) => {
    const { output } = await typed(script, ['--help']);
    expect(options.filter((option) => !output.includes(option))).toEqual([]);
  });
});
