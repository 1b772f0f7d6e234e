import { sapTarget } from '../conformance/sap-target.ts';
import { describeErpConformance } from '../conformance/suite.ts';
import type { Cannot } from '../conformance/target.ts';

const cannot: Cannot = {
  'further-outputs': 'an order plans its product once',
  'produced-scrap': 'the scrap of an order is in its confirmations alone',
  concurrency: 'SAP books every confirmation; the ledger lets one worker at a time book to an order',
  units: 'neither service tells which units SAP would convert',
  'scrapped-serials': 'SAP receives no scrap into stock, so it has no batch',
};

const withoutNotes: Cannot = {
  ...cannot,
  components: 'SAP posts the movements that it plans, unless it is given all of them',
  checks: 'no notesField is configured',
  link: 'no notesField is configured',
  notes: 'a confirmation has one text of 40 characters',
  links: 'a confirmation has one text of 40 characters',
  amendments: 'no notesField is configured',
  marks: 'no notesField is configured',
  lots: 'backflushed receipts take no lot',
  serials: 'backflushed receipts take no lot',
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
