import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { azumutaSandboxBaseUrl, azumutaSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { plannersOn } from '../../../support/planners.ts';
import type { CommandStage } from './stage.ts';

const orderSchema = z.looseObject({
  number: z.string(),
  outcome: z.string(),
  reason: z.optional(z.string()),
});
const previewSchema = z.looseObject({ productOrders: z.array(orderSchema) });

export function pullTests(stage: () => CommandStage): void {
  it('says in a dry run what would happen to each order, and writes nothing', async () => {
    // Prepare
    const { system, calls, createdOrder, emptied, asked } = stage();
    const since = new Date().toISOString();
    const known = await createdOrder();
    const released = async (product: string) => String((await system.erp.release({ product }))[0]?.number);
    const fresh = await released('GEAR-01');
    const byHand = await released('GEAR-01');
    const noArticle = await released('NOPE-3');
    const changed = await released('GEAR-01');
    await calls.post({ number: changed, article: 'GEAR-01', quantity: '99999' });
    await emptied('QueuesProductOrders');
    await typeIntoAzumuta(stage(), byHand);
    await system.azumuta.forgetCalls();
    await system.erp.forgetCalls();

    // Act
    const { code, answer } = await asked(previewSchema, 'pull', ['--dry-run', '--since', since]);

    // Assess
    expect(code).toBe(3);
    const outcomes = new Map(answer.productOrders.map(({ number, outcome }) => [number, outcome]));
    expect(Object.fromEntries(outcomes)).toEqual({
      [known]: 'exists',
      [fresh]: 'create',
      [byHand]: 'adopt',
      [noArticle]: 'reject',
      [changed]: 'conflict',
    });
    expect(answer.productOrders.find(({ outcome }) => outcome === 'conflict')?.reason).toContain(
      'parameters["Quantity"] is 99999, wanted ',
    );
    const routes = [...Object.keys(await system.azumuta.calls()), ...Object.keys(await system.erp.calls())];
    expect(routes.filter((route) => !route.startsWith('GET '))).toEqual([]);
    expect(await system.ledger.orders.find(fresh)).toBeUndefined();
  });

  it('runs the pull with --go: what is new is created, and the journey of what was cancelled says so', async () => {
    // Prepare
    const { system, createdOrder, reaches, asked, journeyOf } = stage();
    const [wanted] = await system.erp.release({ product: 'GEAR-02' });
    const dropped = await createdOrder();
    plannersOn(system.sandboxes.erp.store).cancel(dropped);

    // Act
    const pulled = await asked(z.looseObject({ outcome: z.string() }), 'pull', ['--go']);
    await reaches(wanted?.number ?? '', 'in Azumuta');

    // Assess
    expect(pulled).toMatchObject({ code: 3, answer: { outcome: 'read' } });
    expect(await journeyOf(dropped)).toContain('unwanted');
  });
}

/** Creates the order in Azumuta, as somebody did by hand before the integration went live. */
async function typeIntoAzumuta({ system }: CommandStage, number: string): Promise<void> {
  const [some] = (await system.azumuta.productOrders()).filter(
    ({ article }) => article?.number === 'GEAR-01',
  );
  const answer = await fetch(`${azumutaSandboxBaseUrl(system.sandboxes.azumuta.url)}/productorders`, {
    method: 'POST',
    headers: { 'x-api-key': azumutaSandboxKey, 'content-type': 'application/json' },
    body: JSON.stringify({ number, articleId: some?.articleId, parameters: [], variantIds: [] }),
  });
  if (!answer.ok) throw new Error(`The sandbox answered ${answer.status}.`);
}
