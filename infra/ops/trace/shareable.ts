import { redacted } from '../cli/redact.ts';
import { withoutSignatures } from '../cli/signed-note.ts';

/** In an ARN, or in the URL of a queue. */
const accountNumber = /(?<before>(?:arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:|amazonaws\.com\/))\d{12}/g;

/**
 * What may be sent to a partner or to Azumuta: without secrets, names of persons and AWS account numbers. Answers of the
 * ERP and Azumuta stay in it, because they usually contain the explanation.
 */
export function shareable(facts: object): unknown {
  const text = JSON.stringify(redacted(facts));
  return JSON.parse(withoutSignatures(text).replace(accountNumber, '$<before>•••'));
}
