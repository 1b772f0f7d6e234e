import { describe, expect, it } from 'vitest';
import { failureOf } from '../conformance/attempts.ts';
import { completionOf, partOf } from '../conformance/completions.ts';
import { startPlant } from './plant.ts';

const service = '/sap/opu/odata/sap/API_PROD_ORDER_CONFIRMATION_2_SRV/';
const given = `https://s4hana.internal:44300${service}`;

/** Five parts are confirmed, three a page, and `__next` begins in another way than the server writes it. */
async function fiveParts(begins: string) {
  const plant = startPlant();
  const order = plant.plan();
  const parts = [1, 2, 3, 4, 5].map((n) => partOf(order, n, '1'));
  plant.faults.rewriteAnswers((body) => body.replace(given, begins));
  return { ...plant, order, parts };
}

describe('a link to a further page', () => {
  it.each([
    ['with a host that only SAP knows', given],
    ['with a path before the service that only SAP knows', `http://10.0.0.7:8000/gateway${service}`],
    ['with a path alone', service],
    ['beside the service', ''],
    ['without a scheme', `//s4hana.internal${service}`],
  ])('is followed on our own origin: %s', async (_, begins) => {
    // Prepare
    const { book, parts, order, confirmationsOf } = await fiveParts(begins);

    // Act: from the fourth part on, the confirmation stands on the second page.
    const receipts = [];
    for (const part of [...parts, ...parts]) receipts.push(await book(part));

    // Assess
    expect(receipts.map(({ alreadyBooked }) => alreadyBooked)).toEqual([
      ...parts.map(() => false),
      ...parts.map(() => true),
    ]);
    expect(confirmationsOf(order.number).length).toBe(5);
  });

  it('takes SAP for down when it is none, and nothing is booked twice', async () => {
    // Prepare: the fourth part is booked, and cannot be seen.
    const { book, faults, parts, order, confirmationsOf } = await fiveParts('https://[/');
    for (const part of parts.slice(0, 3)) await book(part);

    // Act
    const failures = [];
    for (let times = 0; times < 2; times += 1)
      failures.push(await failureOf(book(parts[3] ?? completionOf(order))));
    faults.reset();
    const receipt = await book(parts[3] ?? completionOf(order));

    // Assess
    expect(failures).toMatchObject([
      { name: 'RetryLater', scope: 'partner', wrote: 'perhaps' },
      { name: 'RetryLater', scope: 'partner', wrote: 'nothing' },
    ]);
    expect(receipt.alreadyBooked).toBe(true);
    expect(confirmationsOf(order.number).length).toBe(4);
  });
});
