import { expect, it } from 'vitest';
import { findTarget } from '../../../../infra/ops/cli/target.ts';
import { stackChecks } from '../../../../infra/ops/doctor/check-stack.ts';
import type { DoctorFinding } from '../../../../infra/ops/doctor/finding.ts';
import { shellWord } from '../../../../shared/platform/shell-word.ts';
import type { CommandStage } from './stage.ts';

export function pauseTests(stage: () => CommandStage): void {
  it('hold the bookings of a flow, and then book each once', async () => {
    // Prepare
    const { system, folder, createdOrder, typedHere, reaches, bookingsOf } = stage();
    const number = await createdOrder();
    const begun = new Date();

    // Act
    const paused = await typedHere('pause', 'bookings', '--because', 'stock-taking', '--hours', '4');
    // One that runs may have read a moment ago that nothing is paused.
    for (const { kind, name, pid } of system.emulator.processes())
      if (kind === 'container' && name.includes('BookCompletion')) process.kill(pid, 'SIGKILL');
    await system.azumuta.complete(number);
    const held = await reaches(number, 'to be booked');
    const found = await peopleFindings(folder);
    const bookedMeanwhile = await bookingsOf(number);
    const notedMeanwhile = await system.ledger.pauses.readPaused();
    const resumed = await typedHere('resume', 'all');

    // Assess
    expect(paused).toMatchObject({
      code: 0,
      output: expect.stringMatching(
        /booking in the ERP is paused\..*stock-taking.*Completions are still read/,
      ),
    });
    expect(held.says).toBe('Its quantity waits to be booked in the ERP. Bookings are paused.');
    expect(bookedMeanwhile).toEqual([]);
    expect(found).toContainEqual({
      about: 'People',
      result: 'notice',
      says: expect.stringMatching(
        /^Booking in the ERP is paused.*stock-taking \(signed by .*planned to end in 4 h/,
      ),
      next: expect.stringMatching(/^Resume it after the maintenance/),
      command: `npm run resume -- bookings --local ${shellWord(folder)}`,
    });
    expect(resumed).toMatchObject({ code: 0, output: expect.stringContaining('goes on within 15 minutes') });
    expect(Number(notedMeanwhile.bookings?.since)).toBeGreaterThanOrEqual(begun.getTime());
    expect(await system.ledger.pauses.readPaused()).toEqual({});
    // Its message comes again within 15 minutes: who does not want to wait has the order looked at again.
    expect(await typedHere('replay', '--order', number, '--go')).toMatchObject({ code: 0 });
    await reaches(number, 'booked');
    expect(await bookingsOf(number)).toHaveLength(1);
  });
}

async function peopleFindings(folder: string): Promise<DoctorFinding[]> {
  const target = await findTarget({ local: folder });
  const checks = stackChecks(target, undefined, new Date()).filter(({ about }) => about === 'People');
  return (await Promise.all(checks.map((check) => check.look()))).flat();
}
