import { describe, expect, it } from 'vitest';
import { complaintsOfCells, notInErp, notUsedBy, type OpenCell, shownBy } from './open-cells.ts';

const reason = 'this ERP has no lots';
const example = 'plants/examples/afas.ts';
const test = 'test/shared/erp/rest/dolibarr-components.test.ts';
const complaints = (lots: OpenCell, asked = ['lots']) => complaintsOfCells({ lots }, new Set(asked));

describe('an open cell of the conformance suite', () => {
  it.each([
    notInErp(reason, 'mrp_production.py:256 (17.0), `lot_producing_id`'),
    notInErp(reason, 'ProdnOrdConf2.d.ts'),
    notInErp(reason, 'https://erp.example/documentation'),
    notInErp(reason, 'seen on 7.0.3'),
    notInErp(reason, 'infra/local/sandbox/erp/routes.ts'),
    notUsedBy(reason, example),
    shownBy(reason, test),
  ])('is accepted by $decidedBy, $source', (cell) => {
    expect(complaints(cell)).toEqual([]);
  });

  it.each([
    ['no source', notInErp(reason, '')],
    ['hearsay', notInErp(reason, 'as everybody knows')],
    ['an address that names no page', notInErp(reason, 'https://erp.example')],
    ['a file here that is not there', notInErp(reason, 'infra/local/sandbox/erp/gone.ts')],
    ['a connector that leaves it out', notUsedBy(reason, 'shared/erp/odoo/index.ts')],
    ['an example that is not there', notUsedBy(reason, 'plants/examples/gone.ts')],
    ['a file that is no test', shownBy(reason, example)],
    ['a test that is not there', shownBy(reason, 'test/shared/erp/rest/gone.test.ts')],
  ])('is refused with %s', (_, cell) => {
    expect(complaints(cell)).toEqual([expect.stringContaining(`lots is open by "${cell.source}": expected`)]);
  });

  it('is refused without a reason', () => {
    expect(complaints(notUsedBy(' ', example))).toEqual([
      'lots is open without a reason: say what the ERP lacks.',
    ]);
  });

  it('is refused where no test asks for it', () => {
    expect(complaints(notUsedBy(reason, example), ['serials'])).toEqual([
      'lots is open, and no test asks for it: take it out.',
    ]);
  });
});
