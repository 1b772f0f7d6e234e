import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import { azumutaSandboxKey } from '../../../../infra/local/sandbox/api.ts';
import { findTarget } from '../../../../infra/ops/cli/target.ts';
import { SecretStore } from '../../../../infra/ops/secrets/secret-store.ts';
import { shellWord } from '../../../../shared/platform/shell-word.ts';
import type { CommandStage } from './stage.ts';

const texts = { about: z.string(), result: z.string(), says: z.string(), next: z.optional(z.string()) };
const doctorSchema = z.looseObject({ findings: z.array(z.looseObject(texts)) });
const wrongs = ({ findings }: z.output<typeof doctorSchema>) =>
  findings.filter(({ result }) => result === 'wrong');

export function doctorTests(stage: () => CommandStage): void {
  it('finds nothing wrong with a plant that works, and leaves no trace in it', async () => {
    // Prepare
    const { system, queueOf, asked } = stage();
    const traces = async () =>
      Promise.all([queueOf('QueuesDeadLetters').size(), system.azumuta.productOrders()]);
    const before = await traces();

    // Act
    const { code, answer } = await asked(doctorSchema, 'doctor');

    // Assess
    expect(wrongs(answer)).toEqual([]);
    expect(code).toBe(0);
    const looked = answer.findings.map(({ about }) => about);
    const secrets = ['Azumuta API key', 'ERP credentials', 'Webhook token', 'Order API key'];
    const partners = ['Azumuta', 'ERP (Sandbox ERP)', 'Webhook endpoint', 'Order endpoint', 'Clock'];
    const stack = [
      'Queue of completions',
      'Open concerns',
      'Ledger table',
      'Flow of orders',
      'Flow of bookings',
    ];
    for (const about of ['Configuration', ...secrets, ...partners, ...stack, 'Circuit breakers'])
      expect(looked).toContain(about);
    expect(await traces()).toEqual(before);
  });

  it('reports a refused key and a partner that does not answer, with what to do next', async () => {
    // Prepare
    const { system, folder, asked } = stage();
    await asked(z.unknown(), 'secrets', ['set', 'azumuta-api-key'], 'not-the-key');
    await system.erp.setFaults([{ kind: 'status', status: 503 }]);

    // Act
    const { code, answer } = await asked(doctorSchema, 'doctor').finally(async () => {
      await system.erp.setFaults([]);
      await new SecretStore(await findTarget({ local: folder })).set('azumuta-api-key', azumutaSandboxKey);
    });

    // Assess
    expect(code).toBe(1);
    expect(wrongs(answer)).toMatchObject([
      {
        ...{ about: 'Azumuta', says: expect.stringContaining('401') },
        next: expect.stringContaining('set what the partner takes'),
        command: `npm run secrets -- set azumuta-api-key --local ${shellWord(folder)}`,
      },
      {
        ...{ about: 'ERP (Sandbox ERP)', says: expect.stringContaining('503') },
        next: expect.stringContaining('whether this machine may reach it'),
      },
    ]);
    expect(JSON.stringify(answer)).not.toContain('not-the-key');
  });
}
