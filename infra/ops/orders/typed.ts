import * as z from 'zod/mini';
import { concernRules, orderConcernKinds } from '../../../shared/ledger/records/concerns.ts';
import {
  type CommandAnswer,
  commandToCopy,
  defineCommand,
  flagOption,
  type NamedStack,
  type OptionsOf,
  oneOf,
  option,
  stackOptions,
  type TypedCommandLine,
  UsageError,
} from '../cli/command.ts';
import { definedLines, listWithAnd, listWithOr, styled } from '../cli/output.ts';
import { type EndDependencies, endings } from './end-order.ts';

const endingNames = ['settle', 'give-up', 'remake'] as const;
const settledByContent = orderConcernKinds.filter((kind) => concernRules[kind].settles !== 'nothing');
const stopAsking = orderConcernKinds.filter((kind) => concernRules[kind].stopsAsking);

const ordersCommandOptions = {
  ...stackOptions,
  because: option('<text>', 'why, for everybody who looks up the order later', z.exactOptional(z.string())),
  go: flagOption('do it'),
};

export const command = defineCommand({
  name: 'orders',
  description:
    'Ends what is open about a product order, by a person. Shows what it would do, unless --go is given.',
  help: `
Examples:
  npm run orders -- settle MO/0042 changed --because "corrected on paper" --go --local
  npm run orders -- give-up MO/0042 --because "scrapped, booked by hand" --go --local
  npm run orders -- remake MO/0042 --because "removed by mistake" --go --local

settle    what the concern says was put right, or does not matter. If its cause is seen again, the concern begins again;
          ${listWithAnd(settledByContent)} only with other figures or orders.
          An order that is settled as ${listWithOr(stopAsking)} is asked about again; who means its end gives it up.
give-up   the end of an order: nobody asks about it, and nothing is booked for it unless somebody replays it.
remake    creates a product order again, as it was made, after it was removed in Azumuta or given up. One that is
          there still is taken.

What is done is signed in the journey of the order, with your name and the reason.

Exit codes: 0 done, or shown · 1 failed · 2 wrong command line, or there is nothing to do`,
  words: {
    '<action>': endingNames.join(', '),
    '<number>': 'number of the product order',
    '[kind]': `of the concern that is settled: ${orderConcernKinds.join(', ')}`,
  },
  options: ordersCommandOptions,
});

/** Does what was typed. @param find Called once the words are complete. @throws UsageError */
export async function endAsTyped(
  typed: Pick<TypedCommandLine<OptionsOf<typeof ordersCommandOptions>>, 'options' | 'words'>,
  find: () => Promise<NamedStack<EndDependencies>>,
): Promise<CommandAnswer> {
  const { go, because } = typed.options;
  const [action = '', number, kind] = typed.words;
  const ending = endings[oneOf(endingNames, action, 'action')];
  if (number === undefined) throw new UsageError('Say which product order.');
  if (because === undefined) throw new UsageError('Say why: --because "…".');
  const { name, where, dependencies, sign } = await find();
  const request = { number, kind, go, note: await sign(because) };
  const steps = await ending(request, dependencies);
  const lines = definedLines(
    styled('bold', go ? `${number}: done` : `${number}: this would be done`),
    steps.map((step) => `  ${step}`),
    !go && ['', commandToCopy(command, typed, where)],
  );
  return { facts: { target: name, dryRun: !go, number, steps }, lines };
}
