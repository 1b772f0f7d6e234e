import { randomBytes } from 'node:crypto';
import { policyWords } from '../cli/policy-words.ts';
import { type Target, whereOf } from '../cli/target.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';

/** Longest wait for an answer. A cold start takes a second or two. */
const maxWaitMs = 15_000;
/** AWS refuses signatures that are five minutes off, and the ERP's change times are compared with ours. */
const maxSkewSeconds = 30;

/**
 * Checks that the endpoints answer, and refuse callers that they do not know. A wrong token and a wrong key are refused
 * before anything is stored, so these calls leave no dead letter and no order.
 */
export function httpApiChecks(target: Target, secrets: Pick<SecretStore, 'current'>): Check[] {
  const orders = target.output('OrderEndpoint');
  const postWithWrongKey = () =>
    call(orders, { method: 'POST', body: '[]', headers: { 'x-api-key': unknownName() } });
  return [
    check('Webhook endpoint', async () => {
      const answer = await call(target.output('WebhookUrl').replace('<token>', unknownName()));
      if (answer.status === 401) return fine('answers, and refuses a wrong token');
      return unexpected(answer, 'webhook-token', target);
    }),
    check('Order endpoint', async () => {
      const refused = await postWithWrongKey();
      if (refused.status !== 401) return unexpected(refused, 'order-api-key', target);
      // Asking for an order that cannot exist changes nothing, and shows that the key is accepted.
      const key = await secrets.current('order-api-key').catch(() => undefined);
      if (key === undefined) return fine('answers, and refuses a wrong key');
      const known = await call(`${orders}/${unknownName()}`, { headers: { 'x-api-key': key } });
      if (known.status === 404) return fine('answers, refuses a wrong key and accepts the right one');
      if (known.status !== 401) return unexpected(known, 'order-api-key', target);
      return wrong(
        'it refuses the key that is set',
        `a key set a moment ago is accepted within ${policyWords.secretAccepted}: check again then`,
      );
    }),
    check('Clock', async () => {
      const before = Date.now();
      const { date } = await postWithWrongKey();
      return date ? compareClocks(before, date, Date.now()) : fine('the API sends no time to compare with');
    }),
  ];
}

const unknownName = () => `doctor-${randomBytes(18).toString('base64url')}`;

/** @param date Of the API's answer, in whole seconds; it was written some time between `before` and `after`. */
function compareClocks(before: number, date: Date, after: number) {
  const earliest = Math.round((before - date.getTime()) / 1000) - 1;
  const latest = Math.round((after - date.getTime()) / 1000);
  const skew = earliest > 0 ? earliest : Math.min(0, latest);
  if (Math.abs(skew) <= maxSkewSeconds) return fine("this machine's clock agrees with the API's");
  return wrong(
    `this machine is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the API's clock`,
    'set its clock (NTP): AWS refuses calls that are more than five minutes off',
  );
}

async function call(url: string, options: RequestInit = {}) {
  try {
    const response = await fetch(url, {
      ...options,
      redirect: 'manual',
      signal: AbortSignal.timeout(maxWaitMs),
    });
    const date = response.headers.get('date');
    return {
      status: response.status,
      text: (await response.text()).slice(0, 300),
      date: date === null ? undefined : new Date(date),
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    // The path may have a token, so the message names the host only.
    throw new Error(`${new URL(url).host} does not answer from this machine${cause ? ` (${cause})` : ''}`, {
      cause: error,
    });
  }
}

function unexpected({ status, text }: Awaited<ReturnType<typeof call>>, secret: string, target: Target) {
  if (status === 503 && /not set yet/.test(text))
    return wrong(
      'it answers that its secret is not set yet',
      'set it',
      `npm run secrets -- set ${secret} ${whereOf(target)}`,
    );
  if (status === 404) return wrong('there is nothing at its address', 'deploy the stack again');
  if (status === 403)
    return notice(
      'answers, and does not let this machine in (403)',
      'nothing, if its allow-list is meant to have only the callers; else add this address to it',
    );
  return wrong(`it answered ${status} instead of 401`, 'read the log group of its function');
}
