import { describe, expect, it } from 'vitest';
import { failureOfOdooError } from '../../../../shared/erp/odoo/errors.ts';

const name = 'odoo.exceptions.AccessError';
const call = { what: 'mrp.production write', order: 'WH/MO/00001' };

describe('what an AccessError of Odoo means', () => {
  // odoo/addons/test_access_rights/tests/test_ir_rules.py, 17 to 19
  const byRule =
    "Uh-oh! Looks like you have stumbled upon some top-secret records.\n\nSorry, Azumuta (id=7) doesn't have 'write' access to:\n- Manufacturing Order (mrp.production)\n";
  // odoo/addons/base/models/ir_model.py, ACCESS_ERROR_HEADER
  const byModel = "You are not allowed to modify 'Manufacturing Order' (mrp.production) records.\n\nNo group";

  it('lets one order wait when a record rule keeps it from our user, and no other', () => {
    const failure = failureOfOdooError({ name, message: byRule }, call);

    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'order', unauthorized: false });
    expect(failure.message).toContain('WH/MO/00001');
  });

  it('stops the flow when our user has no right to any such record', () => {
    const failure = failureOfOdooError({ name, message: byModel }, call);

    expect(failure).toMatchObject({ name: 'RetryLater', scope: 'partner', unauthorized: true });
  });

  it('stops the flow when it cannot tell, as in another language', () => {
    const message = 'Oh oh ! Il semble que vous soyez tombé sur des enregistrements top secrets.';

    expect(failureOfOdooError({ name, message }, call)).toMatchObject({
      scope: 'partner',
      unauthorized: true,
    });
  });
});
