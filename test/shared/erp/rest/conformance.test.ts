import { notInErp } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import { sandboxCannot, sandboxTarget } from './target.ts';

describeErpConformance('the generic REST connector', sandboxTarget, {
  ...sandboxCannot,
  'refusing-look': notInErp(
    'this ERP counts the serial numbers of a booking itself',
    'infra/local/sandbox/erp/store.ts',
  ),
});
