import type { KitEvidence } from '../../../../infra/ops/kit/evidence.ts';
import { judgeAssumptions } from '../../../../infra/ops/kit/judge.ts';
import type { KitPerson, KitQuestionName } from '../../../../infra/ops/kit/questions.ts';
import { recordingOf } from '../../../../infra/ops/kit/record.ts';
import { talkWithAccount } from '../../../../infra/ops/kit/talk.ts';
import { type AzumutaContractSettings, contractSchema } from '../../../../shared/azumuta/contract.ts';
import { createAzumutaModel } from '../../../simulation/partners/azumuta.ts';
import { testClock } from '../../../support/clock.ts';
import { linesByHandOf } from '../../../support/dialects/by-hand.ts';
import { type Dialect, inDialect, triggerIn } from '../../../support/dialects/dialect.ts';
import { type Answer, type Received, startServer } from '../../../support/server.ts';

export const kitNumber = 'KIT-20261202-kmqz';

/** What somebody does about the order of this number, and then types. */
export type KitActs = Partial<Record<KitQuestionName, (number: string) => string | undefined>>;

/** An account in a dialect, in which somebody builds what the kit has made. Without a dialect it talks as assumed. */
export async function startDemoWorkspace(
  dialect?: Dialect,
  meddle: (call: Received, answer: () => Answer) => Answer = (_, answer) => answer(),
) {
  const clock = testClock();
  let ids = 0;
  let trigger = '';
  const account = createAzumutaModel({
    now: clock.now,
    newId: dialect?.newId ?? (() => `Kd8sQwPz5LmTn4R${String(++ids).padStart(2, 'k')}`),
    articles: Array.from({ length: 70 }, (_, at) => `TABLE-${at}`),
    assembly: {
      article: 'CHAIR',
      components: [{ article: 'SEAT', lot: 'LOT-7' }],
      operations: ['Mounting'],
      reasons: [],
    },
    isSigned: true,
    sendTrigger: ({ init }) => {
      trigger = String(init.body);
    },
  });
  const answer = dialect ? inDialect(dialect, account.answer) : account.answer;
  const { url, calls } = await startServer((call) => {
    const whole = new URL(call.url.pathname + call.url.search, `http://${call.headers.host}`);
    return meddle(call, () => answer({ ...call, url: whole }));
  });
  account.typeByHand('MO/0000', 'TABLE-1', { Quantity: 9 });

  /** What somebody does in Azumuta, and then types. */
  const acts: KitActs = {
    byHand(number) {
      account.typeByHand(number, 'CHAIR', { Quantity: 37 });
      return undefined;
    },
    completed(number) {
      account.complete(number, { quantity: 36, scrap: 0, serials: ['S-1'] });
      clock.advance(30);
      return undefined;
    },
    status: () => completedWords(dialect),
    step: () => 'Torque Mounting',
    value: () => '42',
    unit: () => 'Nm',
    limits: () => '40-44',
    judged: () => 'yes',
    signed: () => 'Signature',
    component: () => 'SEAT, 36, LOT-7',
    doubleCheck: () => (checksLater.includes(dialect?.name ?? '') ? 'after' : undefined),
    operator: () => 'An Peeters',
    instruction: () => 'Mounting',
    version: () => '1',
    recordings: () => '1',
    orderLink: () => 'yes',
    recordingLink: () => 'yes',
    trigger: () => (dialect ? triggerIn(dialect, trigger) : trigger),
    opened(number) {
      account.reopen(number);
      return undefined;
    },
    corrected(number) {
      account.complete(number, { quantity: 35 });
      return '35';
    },
    deleted(number) {
      account.remove(number);
      return undefined;
    },
  };

  return {
    account,
    calls,
    acts,
    baseUrl: `${url}/api/v1`,
    /** Runs the kit. @param given Lines of the contract. @param answers Others than these acts. */
    async run(given: AzumutaContractSettings = dialect ? linesByHandOf(dialect) : {}, answers: KitActs = {}) {
      const said: string[] = [];
      const person: KitPerson = {
        say: (text) => said.push(text),
        answer: async (name) => ({ ...acts, ...answers })[name]?.(kitNumber),
      };
      const seen: KitEvidence = await talkWithAccount({
        baseUrl: `${url}/api/v1`,
        apiKey: account.apiKey,
        names: {
          number: kitNumber,
          otherNumber: `${kitNumber}-x`,
          article: 'CHAIR',
          parameter: 'Quantity',
          variant: 'Left',
        },
        contract: contractSchema.parse(given),
        given,
        clock,
        signal: new AbortController().signal,
        person,
      });
      const options = { baseUrl: `${url}/api/v1`, apiKey: account.apiKey, made: '2026-12-02' };
      return {
        seen,
        said,
        verdicts: judgeAssumptions(seen),
        recorded: (values = false) => recordingOf(seen, { ...options, values }),
      };
    },
  };
}

/** Dialects in which a double check comes after completion. */
const checksLater = ['searching', 'archiving', 'compound', 'grown'];

function completedWords(dialect: Dialect | undefined): string {
  const words: Readonly<Record<string, string>> = {
    counting: 'Gereed',
    tabular: 'Gereed',
    wrapped: 'Afgewerkt',
    dutch: 'Voltooid',
    graph: 'Completed',
    searching: 'finished',
    archiving: 'Archived',
    compound: 'Done',
    grown: 'Finished',
  };
  return words[dialect?.name ?? ''] ?? 'completed';
}
