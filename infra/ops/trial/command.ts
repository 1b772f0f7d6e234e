import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import type { Completion } from '../../../shared/model/completions.ts';
import { dayIn } from '../../../shared/model/time.ts';
import { systemClock } from '../../../shared/platform/clock.ts';
import { loadIntegration } from '../../build/load-configuration.ts';
import {
  answerOptions,
  configOption,
  defineCommand,
  flagOption,
  option,
  parseOrComplain,
  runCommand,
  textOr,
  UsageError,
} from '../cli/command.ts';
import { parsedJson } from '../cli/files.ts';
import { tryBookingOnce } from './trial.ts';

const command = defineCommand({
  name: 'trial',
  description:
    "Tries on a test system whether a relay books a key once: for a configuration whose steps say once: 'byKey'.",
  help: `
Examples:
  ERP_CREDENTIALS='{"token":"…"}' npm run trial -- 4711 -c plants/ghent.config.ts --go

It books one piece on the order that you name, at the address that the configuration has at the stage test: the same key
twice at the same moment, and again. Each answer must name the same booking. Then look at the order in the ERP: it must
have one booking of one piece. Write when you have done that, who you are and on which system into tried of the step;
without it no stack is made.

Exit codes: 0 one reference · 1 the promise is not kept · 2 wrong command line or configuration`,
  words: { '<order>': 'number of an order of the test system that is open, for two pieces or more' },
  options: {
    ...answerOptions,
    ...configOption,
    stage: textOr('test', '<stage>', 'as the configuration is at this stage (default: test)'),
    good: option(
      '<figure>',
      'how many pieces are booked (default: 1)',
      z._default(z.string().check(z.regex(/^\d+(\.\d+)?$/, 'a decimal')), '1'),
    ),
    go: flagOption('book them; without it nothing is sent'),
  },
});

await runCommand(command, async ({ options, words: [order], signal }) => {
  const { config, stage, good, go } = options;
  if (order === undefined) throw new UsageError('Name an order of the test system.');
  const { integration } = await loadIntegration(config, stage);
  const { erp, timeZone } = integration;
  if (erp.untried === undefined)
    throw new UsageError(
      `${config} has no step that says once: 'byKey' and does not say tried yet. Take tried out to try it again.`,
    );
  const completion = trialCompletion(order, good, dayIn(timeZone, new Date()));
  if (!go)
    return {
      facts: { config, stage, order, good },
      lines: [`It would book ${good} on order ${order} of ${erp.name}, at the stage ${stage}: add --go.`],
    };
  const connector = erp.connect({
    clock: systemClock,
    mayWrite: () => true,
    credentials: async () => credentialsFor(erp),
  });
  const trial = await tryBookingOnce(connector, completion, signal);
  const { key, references, failures, isKept } = trial;
  const verdict = isKept
    ? [
        `The same key twice at once and again: one reference, ${references[0]}.`,
        `Look at order ${order} in the ERP: it must have one booking of ${good}, with the key ${key}. Then write into ${erp.untried}: 'when, by whom, on which test system'.`,
      ]
    : [
        `The promise is not kept: ${references.length === 0 ? 'no reference' : references.join(' and ')} for one key, ${key}.`,
        `Look at order ${order} in the ERP, and take back what was booked.`,
      ];
  const lines = [...verdict, ...failures.map((failure) => `A call got: ${failure}`)];
  return { facts: trial, lines, exit: isKept ? 'done' : 'failed' };
});

/** A piece that nobody has built. */
function trialCompletion(number: string, good: string, day: string): Completion {
  const id = randomBytes(13).toString('base64url').replace(/[-_]/g, 'x').slice(0, 17);
  return {
    kind: 'quantity',
    erpOrder: { number },
    productOrder: { id, number: `${number}/trial` },
    completedAt: new Date().toISOString(),
    completedOn: day,
    quantity: { amount: good },
    final: false,
    lots: [],
    notes: ['A trial: the same key several times'],
    links: [],
    work: [],
  };
}

/** As the local run reads them. @throws UsageError that says what they look like. */
function credentialsFor({
  secret,
}: {
  readonly secret: { readonly schema: z.ZodMiniType; readonly example: object };
}) {
  const text = process.env.ERP_CREDENTIALS;
  const form = JSON.stringify(secret.example);
  if (!text) throw new UsageError(`Set ERP_CREDENTIALS in the environment, as ${form}.`);
  return parseOrComplain(secret.schema, parsedJson(text, 'ERP_CREDENTIALS'), (why) => {
    return new UsageError(`ERP_CREDENTIALS is invalid: ${why}; it looks like ${form}.`);
  });
}
