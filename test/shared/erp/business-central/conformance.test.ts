import { bcTarget } from '../conformance/bc-target.ts';
import { notInErp, notUsedBy } from '../conformance/open-cells.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

const extension = 'shared/erp/business-central/extension';
const rowVersion =
  'https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/developer/devenv-table-system-fields';
// Files of the base application are those of microsoft/BCApps at the commit that servers/bc-posting.ts names.
const cannot: Cannot = {
  closing: notUsedBy(
    'an order of which less was built remains released, for the planner',
    `${extension}/AzumutaPost.Codeunit.al`,
  ),
  'cancelled-listed': notUsedBy(
    'an order that is not wanted is deleted or blocked, and neither changes its lines',
    `${extension}/AzumutaOrderLinesAPI.Page.al`,
  ),
  'change-times': notInErp('it numbers each change, and that number is the order of its list', rowVersion),
  'never-changed': notInErp('each row has the number of its last change', rowVersion),
  'further-outputs': notInErp(
    'a line plans one item',
    'https://github.com/microsoft/BCApps, ProdOrderLine.Table.al:54, "Item No."',
  ),
  'produced-scrap': notUsedBy(
    'scrap is in the capacity ledger, which the extension does not show',
    `${extension}/AzumutaOrderLinesAPI.Page.al`,
  ),
  marks: notUsedBy('our key is a primary key, and stands in no text', `${extension}/AzumutaBooking.Table.al`),
  'same-page': notInErp(
    'the row with the highest number ends a listing, so a page that is always that row does, too',
    rowVersion,
  ),
  'scrapped-serials': notInErp(
    'scrap makes no stock, so its numbers are in the note',
    'https://github.com/microsoft/BCApps, MfgItemJnlPostLine.Codeunit.al:795: scrap counts for capacity alone',
  ),
  reservations: notInErp(
    'what is reserved for an order is taken with its consumption',
    'https://github.com/microsoft/BCApps, ProdOrderCompReserve.Codeunit.al:295, `TransferPOCompToItemJnlLine`',
  ),
  units: notUsedBy('a line is posted in its own unit', `${extension}/AzumutaPost.Codeunit.al`),
  'refusing-look': notUsedBy(
    'a short part, and an operation that was not recorded, are looked at where the booking is posted',
    `${extension}/AzumutaPost.Codeunit.al`,
  ),
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
  {
    ...cannot,
    session: notInErp(
      'each call has its user and key',
      'https://learn.microsoft.com/en-us/dynamics365/business-central/dev-itpro/administration/users-credential-types',
    ),
  },
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
