import { redacted } from '../cli/redact.ts';
import { withoutSignatures } from '../cli/signed-note.ts';

/** In an ARN, or in the URL of a queue. */
const accountNumber = /(?<before>(?:arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:|amazonaws\.com\/))\d{12}/g;

const mailAddress = /(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+/g;

/** Stands in what is shared, for whoever sends or gets it. */
const readFirst =
  'Secrets, signatures, mail addresses and account numbers are left out. What people, the ERP and Azumuta wrote is as it was, and may name a person: read it before you send it on.';

/**
 * What may be sent to a partner or to Azumuta: without secrets, fields that name a person, signatures, mail addresses and
 * AWS account numbers. Free text stays, because it usually contains the explanation; names in it cannot be recognised.
 */
export function shareable(facts: object): unknown {
  const text = JSON.stringify(redacted({ readFirst, ...facts }));
  return JSON.parse(
    withoutSignatures(text).replace(accountNumber, '$<before>•••').replace(mailAddress, '•••'),
  );
}
