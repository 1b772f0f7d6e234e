import { bcTarget } from '../conformance/bc-target.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

const cannot: Cannot = {
  closing: 'an order of which less was built remains released, for the planner',
  'cancelled-listed': 'an order that is not wanted is deleted or blocked, and neither changes its lines',
  'change-times': 'it numbers each change, and that number is the order of its list',
  'never-changed': 'each row has the number of its last change',
  'further-outputs': 'a line plans one item',
  'produced-scrap': 'scrap is in the capacity ledger, which the extension does not show',
  marks: 'our key is a primary key, and stands in no text',
  'same-page': 'the row with the highest number ends a listing, so a page that is always that row does, too',
  'scrapped-serials': 'scrap makes no stock, so its numbers are in the note',
  reservations: 'what is reserved for an order is taken with its consumption',
  units: 'a line is posted in its own unit',
  'refusing-look':
    'a short part, and an operation that was not recorded, are looked at where the booking is posted',
};

describeErpConformance(
  'business-central in the cloud, whose orders our booking finishes',
  () =>
    bcTarget({ auth: 'oauth2', user: 'azumuta-client', secret: 'canary-oauth-bc' }, { finish: 'complete' }),
  cannot,
);
describeErpConformance(
  'business-central on premises, whose orders a planner finishes',
  () => bcTarget({ auth: 'basic', user: 'AZUMUTA', secret: 'canary-basic-bc' }),
  { ...cannot, session: 'each call has its user and key' },
  [
    'unreadable',
    'booking',
    'details',
    'components',
    'parts',
    'changed',
    'refusing',
    'waiting',
    'once',
    'failing',
  ],
);
