import { expect, it } from 'vitest';
import { failureOf } from './conformance/attempts.ts';
import { startPlant as startOdoo } from './conformance/odoo-plant.ts';
import { startPlant as startSap } from './sap-s4hana/plant.ts';

/** Answers every listing with its first page, as a proxy does that drops the query. */
function firstPageOnly(isListing: string) {
  let first: string | undefined;
  return (body: string) => {
    if (!body.includes(isListing)) return body;
    first ??= body;
    return first;
  };
}

it('ends a listing of Odoo whose next page is always the same one', async () => {
  // Prepare
  const { plan, faults, connect, listed } = await startOdoo(19);
  plan();
  plan();
  faults.rewriteAnswers(firstPageOnly('write_date'));

  // Act
  const failure = await failureOf(listed(connect({ pageSize: 1 })));

  // Assess
  expect(failure).toMatchObject({
    scope: 'partner',
    message: expect.stringMatching(/^Odoo lists the same orders again and again: .*domain of our search/),
  });
});

it('ends a listing of SAP whose next page is always the same one', async () => {
  // Prepare
  const { plan, faults, listed } = await startSap();
  plan();
  plan();
  faults.rewriteAnswers(firstPageOnly('ManufacturingOrder'));

  // Act
  const failure = await failureOf(listed(undefined, { pageSize: 1 }));

  // Assess
  expect(failure).toMatchObject({
    scope: 'partner',
    message: expect.stringMatching(/^SAP lists the same orders again and again: .*\$filter/),
  });
});
