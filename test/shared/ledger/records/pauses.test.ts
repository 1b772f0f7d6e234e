import { expect, it } from 'vitest';
import { flowNames } from '../../../../shared/ledger/records/pauses.ts';
import { ledgerOnDynalite } from '../../../support/ledger.ts';

const { clock, ledger } = await ledgerOnDynalite();
const { pauses } = ledger;

it('holds back each flow by itself from its first pause on, until it is resumed', async () => {
  for (const flow of flowNames) {
    // Prepare
    const since = clock.now();

    // Act
    const paused = [await pauses.pauseFlow(flow), clock.advance(60), await pauses.pauseFlow(flow)];
    const meanwhile = await pauses.readPaused();
    const resumed = [await pauses.resumeFlow(flow), await pauses.resumeFlow(flow)];

    // Assess
    expect(paused).toEqual([false, undefined, true]);
    expect(meanwhile).toEqual({ [flow]: since });
    expect(resumed).toEqual([false, true]);
    expect(await pauses.readPaused()).toEqual({});
  }
});
