import { describeErpConformance } from '../../shared/erp/conformance/suite.ts';
import { trytonTarget } from './target.ts';

describeErpConformance('Tryton 7.0', () => trytonTarget(), {
  lock: 'SQLite locks the whole database, not one order; meanwhile.tryton.ts locks that',
});
