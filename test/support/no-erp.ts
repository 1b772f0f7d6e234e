import * as z from 'zod/mini';
import type { ErpDefinition } from '../../shared/erp/connector.ts';

/** A connector for tests that must not reach the ERP; any call to it fails the test. */
export const noErp: ErpDefinition = {
  name: 'none',
  lacks: { components: false, operations: false, checks: false },
  secret: { schema: z.unknown(), example: {} },
  connect: () => ({
    releasedOrders() {
      throw new Error('This test has no ERP.');
    },
    book() {
      throw new Error('This test has no ERP.');
    },
  }),
};
