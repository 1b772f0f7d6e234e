import { notInErp, shownBy } from '../conformance/open-cells.ts';
import { sapTarget } from '../conformance/sap-target.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

// SAP's own client libraries, of which shared/erp/sap-s4hana/README.md names packages and version.
const confirmation = 'ProdnOrdConf2.d.ts';
const cannot: Cannot = {
  'further-outputs': notInErp(
    'an order plans its product once',
    'ProductionOrder_2.d.ts: one Material, one TotalQuantity',
  ),
  'produced-scrap': notInErp(
    'the scrap of an order is in its confirmations alone',
    'https://github.com/latonaio/sap-api-integrations-production-order-reads, SAP_API_Caller/responses/general.go: an order has a confirmed yield, and no scrap',
  ),
  concurrency: notInErp(
    'SAP books every confirmation; the ledger lets one worker at a time book to an order',
    `${confirmation}: its key is a counter that SAP gives, and nothing of ours is unique`,
  ),
  'unposted-booking': notInErp(
    'a confirmation is what is posted',
    `${confirmation}: the confirmed yield stands in the row that our POST makes`,
  ),
  units: notInErp(
    'neither service tells which units SAP would convert',
    `${confirmation} and ProductionOrder_2.d.ts: a unit for each figure, and no other unit of the material`,
  ),
  'scrapped-serials': notInErp(
    'SAP receives no scrap into stock, so it has no batch',
    `${confirmation}: scrap is a figure, and a batch belongs to a goods movement (ProdnOrdConfMatlDocItm.d.ts)`,
  ),
};

// What this configuration does without, the other one of this file has.
const withNotes = 'test/shared/erp/sap-s4hana/conformance.test.ts';
const withoutNotes: Cannot = {
  ...cannot,
  components: shownBy('SAP posts the movements that it plans, unless it is given all of them', withNotes),
  checks: shownBy('no notesField is configured', withNotes),
  link: shownBy('no notesField is configured', withNotes),
  notes: shownBy('a confirmation has one text of 40 characters', withNotes),
  links: shownBy('a confirmation has one text of 40 characters', withNotes),
  amendments: shownBy('no notesField is configured', withNotes),
  marks: shownBy('no notesField is configured', withNotes),
  lots: shownBy('backflushed receipts take no lot', withNotes),
  serials: shownBy('backflushed receipts take no lot', withNotes),
};

// It reads as the other one does. Its user speaks German, and figures come as numbers.
describeErpConformance(
  'sap-s4hana with a communication user and backflush',
  () => sapTarget({ auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-sap' }, {}),
  withoutNotes,
  ['listing', 'booking', 'parts', 'changed', 'refusing', 'waiting', 'once', 'failing'],
);
describeErpConformance(
  'sap-s4hana with OAuth2, receipts and the order long text',
  () =>
    sapTarget(
      {
        auth: 'oauth2',
        user: 'azumuta-client',
        secret: 'canary-oauth-5521',
        timeZone: 'America/New_York',
      },
      { goodsMovements: 'receipt', notesField: 'OrderLongText' },
    ),
  cannot,
);
// What SAP does not propose is booked as 0.3.0 booked it.
describeErpConformance(
  'sap-s4hana whose service does not know the proposals',
  () =>
    sapTarget(
      { auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-sap', proposals: 'unknown' },
      { goodsMovements: 'receipt', notesField: 'OrderLongText' },
    ),
  cannot,
  ['details', 'components', 'refusing', 'once'],
);
describeErpConformance(
  'sap-s4hana whose user may not ask for proposals',
  () =>
    sapTarget(
      { auth: 'basic', user: 'AZUMUTA', secret: 'canary-77b1-sap', proposals: 'forbidden' },
      { goodsMovements: 'receipt', notesField: 'OrderLongText' },
    ),
  cannot,
  ['details', 'components'],
);
