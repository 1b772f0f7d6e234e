import { probeAccount } from '../../../../infra/ops/probe/probe.ts';
import type { ScreenValues } from '../../../../infra/ops/probe/screen-values.ts';
import { AzumutaClient } from '../../../../shared/azumuta/client.ts';
import { type AzumutaContractSettings, contractSchema } from '../../../../shared/azumuta/contract.ts';
import { isRecord } from '../../../../shared/platform/json.ts';
import { createAzumutaModel } from '../../../simulation/partners/azumuta.ts';
import { testClock } from '../../../support/clock.ts';
import { type Dialect, inDialect } from '../../../support/dialects/dialect.ts';
import { startServer } from '../../../support/server.ts';

/** The screen of the account's completed order. */
export const seen: ScreenValues = {
  number: 'MO/0001',
  article: 'CHAIR',
  parameter: { name: 'Quantity', value: '5' },
  variant: 'Left',
  recorded: { step: 'Good quantity', value: '4' },
};
const draft = {
  number: 'MO/0001',
  article: 'CHAIR',
  parameters: { Quantity: 5, Customer: 'Müller & Söhne' },
  variants: ['Left', 'ATEX'],
};
const { signal } = new AbortController();

/** A line of a contract. */
export const at = (contract: object | undefined, line: string) =>
  line.split('.').reduce<unknown>((value, name) => Object(value)[name], contract);

/** Those lines filled in that only a function can say, except for the one that probe itself can write. */
export function withFunctions(settings: object, own: object): object {
  const fields = Object.entries(own).flatMap(([name, value]): [string, unknown][] => {
    const known = at(settings, name);
    if (isRecord(value)) return [[name, withFunctions(Object(known), value)]];
    return typeof value === 'function' && typeof known !== 'function' ? [[name, value]] : [];
  });
  return { ...settings, ...Object.fromEntries(fields) };
}

/** Starts an account on loopback with a completed product order among others. Without a dialect it talks as assumed. */
export async function startAccount(dialect?: Dialect) {
  const clock = testClock();
  let ids = 0;
  const account = createAzumutaModel({
    now: clock.now,
    newId: dialect?.newId ?? (() => `Kd8sQwPz5LmTn4R${++ids}`),
    articles: [...Array.from({ length: 70 }, (_, at) => `TABLE-${at}`), 'CHAIR'],
    sendTrigger: () => {},
  });
  const answer = dialect ? inDialect(dialect, account.answer) : account.answer;
  const times: number[] = [];
  const { url, calls } = await startServer((call) => {
    times.push(clock.now().getTime());
    return answer({
      ...call,
      url: new URL(call.url.pathname + call.url.search, `http://${call.headers.host}`),
    });
  });
  const baseUrl = `${url}/api/v1`;
  const clientOf = (contract: AzumutaContractSettings) =>
    new AzumutaClient({
      contract: contractSchema.parse(contract),
      baseUrl,
      clock,
      mayWrite: () => true,
      apiKey: async () => account.apiKey,
    });
  const client = clientOf(dialect?.contract ?? {});
  account.typeByHand('MO/0000', 'TABLE-1', { Quantity: 9 });
  const article = await client.findArticle('CHAIR', { signal });
  if (!article) throw new Error('There is no CHAIR.');
  const { id } = await client.createProductOrder(draft, article, { signal });
  account.complete('MO/0001', { quantity: 4, scrap: 1, serials: ['S-1', 'S-2'] });
  account.typeByHand('MO/0002', 'CHAIR', { Quantity: 5 });
  for (const list of [calls, times]) list.splice(0);

  return {
    account,
    baseUrl,
    calls,
    times,
    client,
    clientOf,
    id,
    /** Probes it. @param byHand Lines of the configuration. */
    probe: (byHand: AzumutaContractSettings = {}, given: ScreenValues = seen) =>
      probeAccount({
        baseUrl,
        apiKey: account.apiKey,
        clock,
        signal,
        seen: given,
        contract: contractSchema.parse(byHand),
      }),
  };
}
