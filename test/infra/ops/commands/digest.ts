import { expect, it } from 'vitest';
import * as z from 'zod/mini';
import integration from '../../../../integration.config.ts';
import { dayIn, startOfDay } from '../../../../shared/model/time.ts';
import type { CommandStage } from './stage.ts';

export function digestTests(stage: () => CommandStage): void {
  it("begins a day at the plant's midnight, whatever the time zone of this machine", async () => {
    // Prepare: it may become midnight at the plant while the command runs.
    const { timeZone } = integration;
    const today = () => startOfDay(timeZone, dayIn(timeZone, new Date())).toISOString();
    const before = today();

    // Act
    const { answer } = await stage().asked(z.looseObject({ since: z.string() }), 'digest', [
      '--since',
      'today',
    ]);

    // Assess
    expect([before, today()]).toContain(answer.since);
  });

  it('names the time zone of its times', async () => {
    const { output } = await stage().typedHere('digest');
    expect(output).toMatch(/: since \d{4}-\d\d-\d\d 00:00:00 \(Europe\/Brussels\)/);
  });
}
