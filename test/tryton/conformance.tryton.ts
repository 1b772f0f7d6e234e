import { describeErpConformance } from '../erp-conformance/suite.ts';
import { trytonTarget } from './target.ts';

describeErpConformance('Tryton 7.0', () => trytonTarget(), {
  lock: 'SQLite locks the whole database, not one order; delivery.tryton.ts locks that',
});
