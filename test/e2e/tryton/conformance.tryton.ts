import { describeErpConformance } from '../../shared/erp/conformance/suite.ts';
import type { Cannot } from '../../shared/erp/conformance/target.ts';
import { openDatabase } from './database.ts';
import { trytonTarget } from './target.ts';

const cannot: Cannot = {
  'page-cap': 'Tryton 7.0 gives as many rows as were asked for',
  split: 'Tryton 7.0 splits only productions that are not released yet (production_split)',
};
const { backend } = openDatabase();

describeErpConformance(
  `Tryton 7.0 on ${backend}`,
  () => trytonTarget(),
  backend === 'postgresql'
    ? cannot
    : { ...cannot, lock: 'SQLite locks the whole database, not one order; meanwhile.tryton.ts locks that' },
);
