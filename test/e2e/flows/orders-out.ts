import { describe, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod/mini';
import { patient } from '../../support/patient.ts';
import { calls, system } from './plant.ts';

const inAzumuta = async (number: string) =>
  (await system.azumuta.productOrders()).filter((order) => order.number === number);
const posted = (more: Readonly<Record<string, unknown>>) => ({
  number: 'X',
  article: 'GEAR-01',
  quantity: '3',
  ...more,
});

const reportSchema = z.object({ outcome: z.string(), queued: z.number(), conflicts: z.number() });

async function pull() {
  const { payload } = await system.emulator.runSchedule('SchedulesPull');
  return z.parse(reportSchema, payload);
}

export function ordersOutTests(): void {
  describe('an order of the ERP', () => {
    it('becomes a product order with number, article, parameters, variants and quantity as mapped, whose id goes back to the ERP', async () => {
      // Prepare
      const { order, status } = await system.erp.releaseAndSend(system.orderEndpoint, {
        product: 'GEAR-01',
        quantity: '7',
        customer: 'Müller & Söhne',
        options: { side: 'Left', atex: true },
      });

      // Act
      const linked = await vi.waitUntil(
        async () =>
          (await system.erp.orders()).find(
            ({ number, azumutaId }) => number === order.number && azumutaId !== null,
          ),
        patient,
      );

      // Assess
      expect(status).toBe(202);
      const created = await inAzumuta(order.number);
      expect(created).toHaveLength(1);
      expect(created[0]).toMatchObject({
        id: linked.azumutaId,
        number: order.number,
        article: { number: 'GEAR-01' },
        parameters: expect.arrayContaining([
          expect.objectContaining({ key: 'Quantity', value: 7 }),
          expect.objectContaining({ key: 'Customer name', value: 'Müller & Söhne' }),
        ]),
      });
      expect(JSON.stringify(created[0]?.variants)).toMatch(/Left.*ATEX/);
      // The id is in the ERP before the creation is noted.
      await expect
        .poll(() => calls.status(order.number), patient)
        .toMatchObject({
          status: 200,
          orders: [{ status: 'exists', productOrders: [{ number: order.number, id: linked.azumutaId }] }],
        });
    });

    it('is pulled on schedule, page by page, and created once', async () => {
      // Prepare: more than a page
      const { store } = system.sandboxes.erp;
      const { largestPage } = store;
      store.largestPage = 2;
      onTestFinished(() => {
        store.largestPage = largestPage;
      });
      const released = await system.erp.release({ count: 5 });

      // Act: two runs overlap by ten minutes, so the second reads them all again
      const first = await pull();
      const second = await pull();

      // Assess
      expect(first).toMatchObject({ outcome: 'read', conflicts: 0 });
      // Linking changes an order: one that gets its id during the run is listed again, perhaps before that is recorded.
      expect(first.queued).toBeGreaterThanOrEqual(5);
      expect(second).toMatchObject({ outcome: 'read', conflicts: 0 });
      const inAll = async () => (await system.azumuta.productOrders()).map(({ number }) => number);
      await expect.poll(inAll, patient).toEqual(expect.arrayContaining(released.map(({ number }) => number)));
      const numbers = await inAll();
      expect(new Set(numbers).size).toBe(numbers.length);
    });

    it('keeps leading zeros and slashes of its number', async () => {
      await calls.post(posted({ number: '000042/A,B' }), { prefer: 'wait=25' });
      expect(await inAzumuta('000042/A,B')).toHaveLength(1);
      expect(await calls.status('000042/A,B')).toMatchObject({ status: 200 });
    });
  });

  describe('an order of a call', () => {
    it.each([
      ['not JSON', () => calls.post('{nope'), 400],
      ['an empty list', () => calls.post([]), 400],
      ['an unknown number', () => calls.status('NEVER-SEEN'), 404],
    ])('says what is wrong with %s', async (_, call, status) => {
      expect(await call()).toMatchObject({ status, error: expect.stringMatching(/\w{3}/) });
    });

    it('exists when it is sent again, and is a conflict that names the difference with other content', async () => {
      await calls.post(posted({ number: 'TWICE' }), { prefer: 'wait=25' });
      const same = await calls.post(posted({ number: 'TWICE', quantity: 3.0 }));
      const other = await calls.post(posted({ number: 'TWICE', quantity: '4' }));
      expect(same).toMatchObject({ status: 200, orders: [{ status: 'exists' }] });
      expect(other).toMatchObject({ status: 409, orders: [{ status: 'conflict' }] });
      expect(other.orders?.[0]?.productOrders[0]?.reason).toContain('parameters["Quantity"] is 3, wanted 4');
      expect(await inAzumuta('TWICE')).toHaveLength(1);
    });

    it('is rejected with the name of an unknown article, and can be sent again once that is corrected', async () => {
      const unknown = await calls.post(posted({ number: 'NO-ART', article: 'NOPE-9' }), {
        prefer: 'wait=25',
      });
      expect(unknown).toMatchObject({ status: 422, orders: [{ status: 'rejected' }] });
      expect(unknown.orders?.[0]?.productOrders[0]?.reason).toContain('no article NOPE-9');
      await expect
        .poll(() => calls.deadLetters(), patient)
        .toContainEqual(
          expect.objectContaining({
            stage: 'create-product-orders',
            orderNumber: 'NO-ART',
            reason: expect.stringContaining('NOPE-9'),
          }),
        );
      expect(await calls.post(posted({ number: 'NO-ART' }), { prefer: 'wait=25' })).toMatchObject({
        status: 200,
      });
    });
  });
}
