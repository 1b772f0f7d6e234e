import { describe, expect, it } from 'vitest';
import { linesOfContract } from '../../../../infra/build/docs/azumuta-api.ts';
import { cannotBeRead, contractModule } from '../../../../infra/ops/probe/contract-text.ts';
import type { FieldFinding } from '../../../../infra/ops/probe/recognise/findings.ts';
import { contractSchema, defaultContract } from '../../../../shared/azumuta/contract.ts';
import { isRecord } from '../../../../shared/platform/json.ts';
import { addressesOf } from '../../../support/dialects/by-hand.ts';
import { counting } from '../../../support/dialects/counting.ts';
import type { Dialect } from '../../../support/dialects/dialect.ts';
import { dutch } from '../../../support/dialects/dutch.ts';
import { graph } from '../../../support/dialects/graph.ts';
import { dialects } from '../../../support/dialects/index.ts';
import { tabular } from '../../../support/dialects/tabular.ts';
import { wrapped } from '../../../support/dialects/wrapped.ts';
import type { Received } from '../../../support/server.ts';
import { at, seen, startAccount, withFunctions } from './account.ts';

const { signal } = new AbortController();

interface Case {
  readonly name: string;
  readonly dialect?: Dialect;
  readonly completedStatus: string;
  /** Fields beside which another one looks like it. */
  readonly lookAlikes: readonly string[];
  /** Lines that somebody has to write or to correct afterwards, other than addresses, creates, triggers and errors. */
  readonly byHand: readonly string[];
}

const cases: readonly Case[] = [
  {
    name: 'as it is assumed',
    completedStatus: 'completed',
    byHand: [],
    lookAlikes: ['productOrder.completedAt'],
  },
  {
    name: 'counting',
    dialect: counting,
    completedStatus: 'Gereed',
    byHand: ['list.next', 'list.cursor', 'personalStepTypes', 'okResults'],
    lookAlikes: ['productOrder.completedAt', 'productOrder.url', 'recording.operator', 'article.number'],
  },
  {
    name: 'tabular',
    dialect: tabular,
    completedStatus: 'Gereed',
    byHand: ['recording.durationSeconds', 'parameter.value', 'personalStepTypes'],
    lookAlikes: ['productOrder.completedAt', 'productOrder.status', 'completedStatuses', 'article.id'],
  },
  {
    name: 'wrapped',
    dialect: wrapped,
    completedStatus: 'Afgewerkt',
    byHand: ['language', 'list.cursor', 'okResults'],
    lookAlikes: ['productOrder.completedAt', 'article.number'],
  },
  {
    name: 'dutch',
    dialect: dutch,
    completedStatus: 'Voltooid',
    byHand: ['language', 'personalStepTypes', 'okResults', 'productOrder.variants'],
    lookAlikes: ['productOrder.completedAt', 'productOrder.status', 'productOrder.variants', 'step.value'],
  },
  {
    name: 'graph',
    dialect: graph,
    completedStatus: 'Completed',
    byHand: ['list.next'],
    lookAlikes: ['productOrder.status', 'parameter.value'],
  },
];

/** As right as what the dialect's own configuration says. */
const asRight = new Set([
  'productOrder.status state.name',
  'completedStatuses ["Gereed"]',
  'productOrder.completedAt ClosedOn',
  'recording.operator who',
  'step.value values',
]);
const isRight = ({ line, set }: Pick<FieldFinding, 'line' | 'set'>, contract: object | undefined) => {
  const own = at(contract, line);
  return (
    set === undefined ||
    typeof set === 'function' ||
    own === undefined ||
    JSON.stringify(own) === JSON.stringify(set) ||
    asRight.has(`${line} ${typeof set === 'string' ? set : JSON.stringify(set)}`)
  );
};

/** Addresses, creates, triggers and errors; no recording of the model has a unit. */
const notCounted =
  /^(apiKey|trigger|error|createdProductOrder|step\.unit|operations\.(createProductOrder|\w+\.(method|path|query|body|done)))/;

/** The lines in which what was proposed, without what was given, differs from the dialect's own contract. */
function linesByHand({ contract }: Dialect, settings: object, given: object): string[] {
  const linesIn = (part: object, start = ''): string[] =>
    Object.entries(part).flatMap(([name, own]) =>
      isRecord(own) ? linesIn(own, `${start}${name}.`) : [start + name],
    );
  const whole = contractSchema.parse(contract);
  return linesIn(contract)
    .filter((line) => !notCounted.test(line))
    .filter((line) => {
      const isGiven = at(given, line) !== undefined && at(defaultContract, line) !== at(given, line);
      const set = at(settings, line) ?? at(defaultContract, line);
      const isFunction = typeof at(whole, line) === 'function' && typeof set !== 'function';
      return isGiven || isFunction || !isRight({ line, set }, contract);
    });
}

/** Addresses that only the configuration asks by another method than GET. */
const byPosts = new Map<Dialect | undefined, readonly string[]>([
  [wrapped, ['/api/v1/v2/builds/search', '/api/v1/v2/products/search']],
  [graph, ['/api/v1/graphql']],
]);

describe.each(cases)('probing an account that talks $name', (one) => {
  const { dialect, completedStatus, lookAlikes } = one;
  const given = { ...seen, completedStatus };
  const byHand = dialect && addressesOf(dialect);

  it('proposes a contract that reads it as well as the one that was written for it', async () => {
    // Prepare
    const { probe, client, clientOf, id } = await startAccount(dialect);

    // Act
    const { settings, stopped } = await probe(byHand, given);
    const proposed = clientOf(withFunctions(settings, dialect?.contract ?? {}));

    // Assess
    expect(stopped).toBeUndefined();
    const own = await client.productOrder(id, { signal });
    for (const order of [
      await proposed.productOrder(id, { signal }),
      await proposed.findProductOrder('MO/0001', { signal }),
    ])
      expect({ ...order, status: '' }).toEqual({ ...own, status: '' });
    expect(own?.recordingIds).toHaveLength(2);
    for (const recordingId of own?.recordingIds ?? []) {
      const expected = await client.recording(recordingId, { signal }, own);
      const recording = await proposed.recording(recordingId, { signal }, own);
      const flat = (steps = expected?.steps) =>
        steps?.map((step) => ({ ...step, ok: 0, value: [step.value].flat() }));
      expect(flat(recording?.steps)).toEqual(flat());
      const plain = { steps: [], components: [] };
      expect({ ...recording, ...plain }).toEqual({ ...expected, ...plain });
      const instruction = expected?.workInstruction?.id ?? '';
      expect(await proposed.workInstruction(instruction, { signal })).toEqual(
        await client.workInstruction(instruction, { signal }),
      );
    }
    expect(await proposed.findArticle('CHAIR', { signal })).toEqual(
      await client.findArticle('CHAIR', { signal }),
    );
    expect(await proposed.productOrder('999999', { signal })).toBeUndefined();
    expect(await proposed.findProductOrder('MO/9999', { signal })).toBeUndefined();
  });

  it('leaves few lines to be written by hand, and is sure of nothing that is wrong or looks like something else', async () => {
    // Prepare
    const { probe } = await startAccount(dialect);

    // Act
    const { settings, findings } = await probe(byHand, given);

    // Assess
    const left = dialect ? linesByHand(dialect, settings, byHand ?? {}) : Object.keys(settings);
    // Probe says that it does not look for what was used.
    const isOfComponents = (line: string) => /^(recording\.components$|component\.)/.test(line);
    expect(cannotBeRead.some((told) => told.includes('recording.components'))).toBe(true);
    expect(left.filter((line) => !isOfComponents(line)).toSorted()).toEqual(one.byHand.toSorted());
    const sure = findings.filter(({ certainty }) => certainty === 'sure');
    expect(sure.length).toBeGreaterThan(20);
    expect(sure.filter((finding) => !isRight(finding, dialect?.contract))).toEqual([]);
    expect(sure.filter(({ line }) => lookAlikes.includes(line))).toEqual([]);
    for (const line of lookAlikes) expect(findings.map((finding) => finding.line)).toContain(line);
  });

  it('reads and never writes, at most 40 times, twice a second, and prints none of its values', async () => {
    // Prepare
    const { account, probe, calls, times, id } = await startAccount(dialect);

    // Act
    const { findings, settings, calls: counted } = await probe(byHand, given);

    // Assess: by another method only as the configuration says
    const asked = calls.map(({ method, url, body }) => `${method} ${url} ${body}`);
    const byPost = calls.filter(({ method }) => method !== 'GET').map(({ url }) => url.pathname);
    expect(new Set(byPost)).toEqual(new Set(byPosts.get(dialect) ?? []));
    expect(new Set(asked).size).toBe(asked.length);
    expect(counted).toBe(calls.length);
    expect(counted).toBeLessThanOrEqual(40);
    for (const [nth, time] of times.entries())
      expect(time - (times[nth - 1] ?? 0)).toBeGreaterThanOrEqual(500);
    const told = JSON.stringify(findings.map(({ shown: _, ...rest }) => rest));
    const written = contractModule(settings, findings);
    for (const secret of [account.apiKey, 'MO/0001', 'CHAIR', 'Müller', '"Left"', 'An Peeters', id])
      expect(told + written).not.toContain(secret);
  });
});

it('looks for each field that the contract has a place for, or says that it cannot', async () => {
  // Prepare: a line that is named in parentheses, or the part that it is in
  const unseen = cannotBeRead.join(' ');
  const isSaid = (line: string) =>
    line.split('.').some((_, depth, names) => {
      const named = names
        .slice(0, depth + 1)
        .join('.')
        .replaceAll('.', '[.]');
      return new RegExp(`[(, ]${named}[),]`).test(unseen);
    });

  // Act
  const found = new Set<string>();
  for (const { dialect, completedStatus } of cases) {
    const { probe } = await startAccount(dialect);
    const { findings } = await probe(dialect && addressesOf(dialect), { ...seen, completedStatus });
    for (const { line } of findings) found.add(line);
  }

  // Assess
  const howToCall = /^(apiKey|operations\.|list\.cursor|error\.|trustTrigger)/;
  const fields = linesOfContract().filter((line) => !howToCall.test(line));
  const forgotten = fields.filter((line) => !found.has(line) && !isSaid(line));
  expect(fields.length).toBeGreaterThan(40);
  expect(forgotten).toEqual([]);
});

it('leaves at most three lines to be written by hand on average', () => {
  expect(cases.flatMap(({ byHand }) => byHand).length / cases.length).toBeLessThanOrEqual(3);
});

it('is sure of less when less was seen, and still right', async () => {
  const { probe } = await startAccount(counting);

  const { findings } = await probe(addressesOf(counting), { number: 'MO/0001' });

  const sure = findings.filter(({ certainty }) => certainty === 'sure');
  expect(sure.filter((finding) => !isRight(finding, counting.contract))).toEqual([]);
  expect(sure.map(({ line }) => line)).toContain('productOrder.number');
  for (const line of ['productOrder.article', 'productOrder.parameters', 'step.value', 'productOrder.status'])
    expect(sure.map((finding) => finding.line)).not.toContain(line);
});

it('keeps lines that were written by hand, and names those that are surely elsewhere', async () => {
  const { probe } = await startAccount(counting);
  const byHand = {
    ...addressesOf(counting),
    productOrder: { number: 'externalId', completedAt: ['timing.dueAt'] },
    trigger: { productOrderNumber: ['Order'] },
  };

  const { settings, findings } = await probe(byHand);

  expect(settings).toMatchObject({
    apiKeyHeader: 'X-Auth-Token',
    productOrder: { number: 'externalId', completedAt: ['timing.dueAt'] },
    trigger: { productOrderNumber: ['Order'] },
  });
  const stays = "productOrder.number: the configuration's line is kept, but orderNo is sure";
  expect(contractModule(settings, findings)).toContain(`\n// - ${stays}`);
});

it('is sure of a filter only once a number that nothing has finds nothing', async () => {
  const { probe } = await startAccount(counting);
  const { operations, ...rest } = addressesOf(counting);
  const ignored = { ...operations, findProductOrder: { path: '/product-orders', query: { no: '{number}' } } };

  const [applied, notApplied] = [
    await probe({ operations, ...rest }),
    await probe({ operations: ignored, ...rest }),
  ];

  const line = 'operations.findProductOrder.query';
  expect(applied.findings).toContainEqual(expect.objectContaining({ line, certainty: 'sure' }));
  expect(notApplied.findings).toContainEqual(expect.objectContaining({ line, certainty: 'not found' }));
});

it('writes what is to confirm or was not found into the file, what books wrong first', async () => {
  const { probe } = await startAccount();

  const { settings, findings } = await probe({}, { number: 'MO/0001' });
  const text = contractModule(settings, findings);

  const told = [...text.matchAll(/^\/\/ - (\S+):/gm)].map(([, line = '']) => line);
  expect(told.slice(0, 4)).toEqual(['step.value', 'recording.steps', 'step.name', 'productOrder.status']);
  expect(told).toEqual(expect.arrayContaining(['completedStatuses', 'productOrder.completedAt', 'article']));
  expect(text).toContain('contract: AzumutaContractSettings = {}');
});

/** A call as its server reads it, whichever connection it came by. */
function requestIn({ method, url, headers: { connection, ...headers }, body }: Received) {
  return { method, url: url.href, headers, body };
}

describe.each(dialects)('probing an account that talks $name, with its whole contract', (dialect) => {
  it('sends what the flows send: methods, addresses, headers and bodies', async () => {
    // Prepare
    const { probe, calls, clientOf, id } = await startAccount(dialect);
    const client = clientOf(dialect.contract);
    await client.findProductOrder('MO/0001', { signal });
    await client.productOrder(id, { signal });
    await client.findArticle('CHAIR', { signal });
    const ofFlows = calls.splice(0).map(requestIn);

    // Act
    await probe(dialect.contract);

    // Assess
    expect(ofFlows.length).toBeGreaterThan(2);
    expect(calls.map(requestIn)).toEqual(expect.arrayContaining(ofFlows));
  });

  const statuses: Readonly<Record<string, string>> = {
    counting: 'Gereed',
    tabular: 'Gereed',
    wrapped: 'Afgewerkt',
  };

  it('misses nothing that the configuration says, asks nobody to write it, and proposes the same contract', async () => {
    // Prepare
    const { probe, clientOf, id } = await startAccount(dialect);
    const completedStatus =
      statuses[dialect.name] ?? dialect.contract.completedStatuses?.map(String)[0] ?? 'completed';

    // Act
    const { settings, findings, stopped } = await probe(dialect.contract, { ...seen, completedStatus });

    // Assess
    expect(stopped).toBeUndefined();
    // No recording of the model has a unit.
    const missed = findings.filter(
      ({ certainty, line }) => certainty === 'not found' && line !== 'step.unit',
    );
    const isWritten = ({ line }: FieldFinding) => at(dialect.contract, line) !== undefined;
    expect(missed.filter(isWritten)).toEqual([]);
    expect(findings.map(({ why }) => why).join()).not.toContain('ask Azumuta for its address');
    const remarked = [...contractModule(settings, findings).matchAll(/^\/\/ - (\S+):/gm)].map(
      ([, line = '']) => line,
    );
    const written = remarked.filter(
      (line) => line !== 'step.unit' && at(dialect.contract, line) !== undefined,
    );
    expect(written).toEqual([]);
    expect(contractSchema.parse(settings).productOrder).toEqual(
      contractSchema.parse(dialect.contract).productOrder,
    );
    expect(await clientOf(settings).productOrder(id, { signal })).toMatchObject({ number: 'MO/0001' });
  });
});
