import { describeErpConformance } from '../../shared/erp/conformance/suite.ts';
import { trytonTarget } from './target.ts';

describeErpConformance('Tryton 7.0', () => trytonTarget(), {
  'every-call':
    'a call takes too long for that; crashes.tryton.ts disturbs the writes of the fullest booking',
  'page-cap': 'Tryton 7.0 gives as many rows as were asked for',
});
