import { randomBytes } from 'node:crypto';
import { type Target, whereOf } from '../cli/target.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import { type Check, check, fine, notice, wrong } from './finding.ts';

/** Longest wait for a door. A cold start takes a second or two. */
const patienceMs = 15_000;
/** AWS refuses signatures that are five minutes off; the ERP's change times are compared with ours. */
const maxSkewSeconds = 30;

/**
 * The doors answer, and refuse strangers. A wrong token and a wrong key are refused before anything is kept, so
 * no dead letter and no order comes of it.
 */
export function doorChecks(target: Target, keeper: Pick<SecretStore, 'current'>): Check[] {
  return [
    check('Webhook door', () => lookAtWebhook(target)),
    check('Order endpoint', () => lookAtOrders(target, keeper)),
    check('Clock', () => lookAtClock(target)),
  ];
}

const stranger = () => `doctor-${randomBytes(18).toString('base64url')}`;

async function lookAtWebhook(target: Target) {
  const url = target.output('WebhookUrl').replace('<token>', stranger());
  const answer = await called(url, { method: 'GET' });
  if (answer.status === 401) return fine('answers, and refuses a wrong token');
  return strange(answer, 'webhook-token', target);
}

async function lookAtOrders(target: Target, keeper: Pick<SecretStore, 'current'>) {
  const url = target.output('OrderEndpoint');
  const refused = await called(url, { method: 'POST', body: '[]', headers: { 'x-api-key': stranger() } });
  if (refused.status !== 401) return strange(refused, 'order-api-key', target);
  // Asking for an order that cannot exist changes nothing, and shows that the key is taken.
  const key = await keeper.current('order-api-key').catch(() => undefined);
  if (key === undefined) return fine('answers, and refuses a wrong key');
  const known = await called(`${url}/${stranger()}`, { method: 'GET', headers: { 'x-api-key': key } });
  if (known.status === 404) return fine('answers, refuses a wrong key and takes the right one');
  if (known.status === 401)
    return wrong(
      'it refuses the key that is set',
      'a key set a moment ago is taken within a minute: look again then',
    );
  return strange(known, 'order-api-key', target);
}

async function lookAtClock(target: Target) {
  const before = Date.now();
  const { date } = await called(target.output('OrderEndpoint'), {
    method: 'POST',
    body: '[]',
    headers: { 'x-api-key': stranger() },
  });
  if (date === undefined) return fine('the API tells no time to compare with');
  // The header has whole seconds, and was written somewhere between the call and its answer.
  const earliest = Math.round((before - date.getTime()) / 1000) - 1;
  const latest = Math.round((Date.now() - date.getTime()) / 1000);
  const skew = earliest > 0 ? earliest : Math.min(0, latest);
  if (Math.abs(skew) <= maxSkewSeconds) return fine("this machine's clock agrees with the API's");
  return wrong(
    `this machine is ${Math.abs(skew)} seconds ${skew > 0 ? 'ahead of' : 'behind'} the API's clock`,
    'set its clock (NTP): AWS refuses calls that are more than five minutes off',
  );
}

interface Answer {
  readonly status: number;
  readonly text: string;
  readonly date: Date | undefined;
}

async function called(url: string, options: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(url, {
      ...options,
      redirect: 'manual',
      signal: AbortSignal.timeout(patienceMs),
    });
    const date = response.headers.get('date');
    return {
      status: response.status,
      text: (await response.text()).slice(0, 300),
      date: date === null ? undefined : new Date(date),
    };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    // The path of a door may hold a token: only its host is told.
    throw new Error(`${new URL(url).host} does not answer from this machine${cause ? ` (${cause})` : ''}`, {
      cause: error,
    });
  }
}

function strange({ status, text }: Answer, secret: string, target: Target) {
  if (status === 503 && /not set yet/.test(text))
    return wrong(
      'it answers that its secret is not set yet',
      'set it',
      `npm run secrets -- set ${secret} --generate ${whereOf(target)}`,
    );
  if (status === 404) return wrong('there is nothing at its address', 'deploy the stack again');
  if (status === 403)
    return notice(
      'answers, and does not let this machine in (403)',
      'nothing, if its allow-list names only the callers; else add this address to it',
    );
  return wrong(`it answered ${status} instead of 401`, 'look into the log group of its function');
}
