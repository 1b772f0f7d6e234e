import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { azumutaSandboxKey, erpSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { shellWord } from '../../../../shared/platform/shell-word.ts';
import type { CommandStage } from './stage.ts';

const traceSchema = z.looseObject({
  productOrders: z.array(
    z.looseObject({ says: z.string(), journey: z.array(z.looseObject({ event: z.string() })) }),
  ),
});

export function traceTests(stage: () => CommandStage): void {
  it('shows an order from the ERP to its booking, by its number and by the id of a recording', async () => {
    // Prepare
    const { system, createdOrder, reaches, asked } = stage();
    const number = await createdOrder();
    const waiting = await reaches(number, 'in Azumuta');
    const completed = await system.azumuta.complete(number);
    await reaches(number, 'booked');
    const [recording] = completed.recordings;

    // Act
    const booked = await asked(traceSchema, 'trace', [String(recording?.id)]);

    // Assess
    expect(waiting.says).toBe('It is in Azumuta and waits there to be completed.');
    expect(booked.code).toBe(0);
    for (const key of [azumutaSandboxKey, erpSandboxKey])
      expect(JSON.stringify(booked.answer)).not.toContain(key);
    expect(booked.answer.productOrders[0]?.says).toMatch(/^It is booked in the ERP: B-\d+\.$/);
    expect(booked.answer.productOrders[0]?.journey.map(({ event }) => event)).toEqual(
      expect.arrayContaining(['queued', 'created', 'linked', 'planned', 'completed', 'booked']),
    );
  });

  it('prints why an order is stuck, and the command for it', async () => {
    // Prepare
    const { calls, reaches, typedHere, folder } = stage();
    await calls.post({ number: 'STUCK-1', article: 'NOPE-7', quantity: '3' });
    await reaches('STUCK-1', 'needs a person');

    // Act
    const shown = await typedHere('trace', 'STUCK-1');

    // Assess
    expect(shown.code).toBe(0);
    expect(shown.output).toContain('It has a dead letter. Azumuta has no article NOPE-7');
    expect(shown.output).toContain(`  npm run replay -- --order STUCK-1 --local ${shellWord(folder)}\n`);
    expect(shown.output).toMatch(/\d\d:\d\d:\d\d +· Received from the ERP: by endpoint/);
  });

  it('exits with 3 when the ledger knows nothing by that name', async () => {
    const unknown = await stage().typedHere('trace', 'NEVER-SENT');
    expect(unknown).toMatchObject({ code: 3, output: expect.stringContaining('has no order') });
  });
}
