import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { NoFreeSlot } from '../../../shared/slots/slots.ts';
import { containerOn, startTotals, workOff } from './limited-partner.ts';
import { invocation, workerStage } from './stage.ts';

const stage = await workerStage();
const messages = 12;

describe('an ERP that loses totals when two write at once', () => {
  it('loses totals with three containers and no limit', async () => {
    // Prepare
    const erp = await startTotals();
    const containers = Array.from({ length: 3 }, () => containerOn(stage, erp.url, undefined));

    // Act
    await workOff(stage, { containers, messages, erp, width: 2 });

    // Assess: of the six that wrote at once, one is left
    expect(erp.mostAtOnce()).toBe(6);
    expect(erp.calls()).toBe(messages);
    expect(erp.total('GEAR-01')).toBe(2);
  });

  it('has the right totals with `atOnce: 1`, and each message once', async () => {
    // Prepare
    const erp = await startTotals();
    const containers = Array.from({ length: 3 }, () => containerOn(stage, erp.url, 1));

    // Act
    const { receives } = await workOff(stage, { containers, messages, erp, width: 1 });

    // Assess
    expect(erp.total('GEAR-01')).toBe(messages);
    expect(erp.mostAtOnce()).toBe(1);
    expect(erp.calls()).toBe(messages);
    expect(receives).toHaveLength(messages);
    expect(stage.sqs.sent).toEqual([]);
  });

  it('is not called for work without a slot, for which nothing is claimed', async () => {
    // Prepare
    const erp = await startTotals();
    const [working, other] = [containerOn(stage, erp.url, 1), containerOn(stage, erp.url, 1)];
    for (const { slots } of [working, other]) slots?.begin({ ...invocation(), awsRequestId: randomUUID() });
    await working.partners.ready('erp');
    let called = false;

    // Act
    const attempts = await Promise.allSettled([
      other.partners.ready('erp'),
      other.partners.call('erp', new AbortController().signal, async () => {
        called = true;
      }),
    ]);

    // Assess
    const refused = { status: 'rejected', reason: expect.any(NoFreeSlot) };
    expect(attempts).toEqual([refused, refused]);
    expect(called).toBe(false);
    await working.slots?.end();
  });

  it('is written by as many at once as the limit allows', async () => {
    const erp = await startTotals();
    const containers = Array.from({ length: 4 }, () => containerOn(stage, erp.url, 2));
    await workOff(stage, { containers, messages, erp, width: 1 });
    expect(erp.mostAtOnce()).toBe(2);
    expect(erp.calls()).toBe(messages);
  });
});
