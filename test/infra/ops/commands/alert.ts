import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import type { CommandStage } from './stage.ts';

const listSchema = z.looseObject({
  open: z.array(z.looseObject({ order: z.string(), kind: z.string(), why: z.string(), next: z.string() })),
});

export function alertTests(stage: () => CommandStage): void {
  it('lists what is open, with its order, the reason, and what to do', async () => {
    // Prepare
    const { system, createdOrder, reaches, asked, typedHere } = stage();
    const number = await createdOrder();
    await system.erp.finish(number);
    await system.azumuta.complete(number);
    await reaches(number, 'needs a person');

    // Act
    const { code, answer } = await asked(listSchema, 'alert');
    const read = await typedHere('alert');

    // Assess
    expect(code).toBe(3);
    expect(answer.open.find(({ order }) => order === number)).toMatchObject({
      kind: 'dead-letter',
      why: expect.stringContaining('completed by somebody else'),
      next: expect.stringContaining('discard'),
    });
    expect(read.output).toContain(number);
  });

  it('lets the function send a test to each channel, and prints the results', async () => {
    const { system, typedHere } = stage();
    const { code, output } = await typedHere('alert', '--test');
    expect([code, output]).toEqual([0, '✔ e-mail has accepted it\n']);
    const folder = join(system.emulator.dataDir, 'sns');
    const mails = readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8'));
    expect(mails.filter((mail) => mail.includes('test of the alerts'))).toHaveLength(1);
  });
}
