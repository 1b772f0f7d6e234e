import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { CommandStage } from './stage.ts';

const previewsSchema = z.array(
  z.looseObject({
    at: z.string(),
    becomes: z.array(z.looseObject({ title: z.string(), rows: z.array(z.array(z.string())) })),
    mistakes: z.array(z.string()),
    leftOut: z.optional(z.string()),
  }),
);

export function mapTests(stage: () => CommandStage): void {
  it('shows what an order of the stack becomes, as the ERP and Azumuta have it now, and writes nothing', async () => {
    // Prepare
    const { system, createdOrder, reaches, asked, journeyOf } = stage();
    const number = await createdOrder();
    await system.azumuta.complete(number, { operator: 'An Peeters' });
    await reaches(number, 'booked');
    const before = await journeyOf(number);
    await system.azumuta.forgetCalls();
    await system.erp.forgetCalls();

    // Act
    const { code, answer } = await asked(previewsSchema, 'map', ['--order', number]);

    // Assess
    const [ordered, completed] = answer;
    expect({ code, previews: answer.length }).toEqual({ code: 0, previews: 2 });
    expect(ordered).toMatchObject({ at: `${number}, read now from the ERP`, mistakes: [] });
    expect(ordered?.becomes[0]?.rows).toContainEqual(['number', number]);
    expect(ordered?.leftOut).toBe('the ERP order is not released now');
    expect(completed).toMatchObject({ at: `${number}, read now from Azumuta`, mistakes: [] });
    expect(completed?.becomes[0]?.rows).toContainEqual(['ERP order', number]);
    expect(JSON.stringify(answer)).not.toContain('An Peeters');
    const routes = [...Object.keys(await system.azumuta.calls()), ...Object.keys(await system.erp.calls())];
    expect(routes.filter((route) => !route.startsWith('GET '))).toEqual([]);
    expect(await journeyOf(number)).toEqual(before);
  });

  it('says which partner does not have the order, and ends with 1', async () => {
    const { asked } = stage();
    const { code, answer } = await asked(previewsSchema, 'map', ['--order', 'NONE-1']);
    expect(code).toBe(1);
    expect(answer.flatMap(({ mistakes }) => mistakes)).toEqual([
      'The ERP has no order NONE-1, or does not show it to our user.',
      'Azumuta has no product order NONE-1.',
    ]);
  });
}
