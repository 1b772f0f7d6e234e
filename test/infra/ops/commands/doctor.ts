import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { setFaults } from '../../../support/faults.ts';
import type { CommandStage } from './stage.ts';

const texts = { about: z.string(), result: z.string(), says: z.string(), next: z.optional(z.string()) };
const doctorSchema = z.looseObject({ findings: z.array(z.looseObject(texts)) });
const wrongs = ({ findings }: z.output<typeof doctorSchema>) =>
  findings.filter(({ result }) => result === 'wrong');

export function doctorTests(stage: () => CommandStage): void {
  it('finds nothing wrong with a plant that works, and leaves no trace in it', async () => {
    // Prepare
    const { system, queueOf, asked } = stage();
    const traces = async () => Promise.all([queueOf('QueuesDeadLetters'), system.azumuta.productOrders()]);
    const before = await traces();

    // Act
    const { code, answer } = await asked(doctorSchema, 'doctor');

    // Assess
    expect(wrongs(answer)).toEqual([]);
    expect(code).toBe(0);
    const looked = answer.findings.map(({ about }) => about);
    const secrets = ['Azumuta API key', 'ERP credentials', 'Webhook token', 'Order API key'];
    const partners = ['Azumuta', 'ERP (Sandbox ERP)', 'Webhook endpoint', 'Order endpoint'];
    const stack = ['Queue of completions', 'People', 'Ledger table', 'Pull'];
    for (const about of ['Configuration', ...secrets, ...partners, ...stack]) expect(looked).toContain(about);
    expect(await traces()).toEqual(before);
  });

  it('reports a partner that does not answer, with exit code 1', async () => {
    const { system, asked } = stage();
    setFaults(system.erp, [{ kind: 'status', status: 503 }]);

    const { code, answer } = await asked(doctorSchema, 'doctor').finally(() => setFaults(system.erp, []));

    expect(code).toBe(1);
    expect(wrongs(answer)).toMatchObject([
      { about: 'ERP (Sandbox ERP)', says: expect.stringContaining('503') },
    ]);
  });
}
