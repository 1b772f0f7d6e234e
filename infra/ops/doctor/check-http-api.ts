import { randomBytes } from 'node:crypto';
import { optionsForTarget, type Target } from '../cli/target.ts';
import { acceptedWithin, type SecretStore } from '../secrets/secret-store.ts';
import { type DoctorCheck, defineCheck, fine, notice, wrong } from './finding.ts';

/** Longest wait for an answer. A cold start takes a second or two. */
const endpointCheckTimeoutMs = 15_000;

/** A wrong token and a wrong key are refused before anything is stored: no dead letter and no order is left. */
export function httpApiChecks(target: Target, secrets: Pick<SecretStore, 'current'>): DoctorCheck[] {
  const orders = target.output('OrderEndpoint');
  const call = (url: string, options?: RequestInit) =>
    callEndpoint(url, target.outputs.DomainTarget, options);
  return [
    defineCheck('Webhook endpoint', async () => {
      const answer = await call(target.output('WebhookUrl').replace('<token>', newUnknownName()));
      if (answer.status === 401) return fine('answers, and refuses a wrong token');
      return unexpectedAnswerFinding(answer, 'webhook-token', target);
    }),
    defineCheck('Order endpoint', async () => {
      const wrongKey = { 'x-api-key': newUnknownName() };
      const refused = await call(orders, { method: 'POST', body: '[]', headers: wrongKey });
      if (refused.status !== 401) return unexpectedAnswerFinding(refused, 'order-api-key', target);
      // Asking for an order that cannot exist changes nothing, and shows that the key is accepted.
      const key = await secrets.current('order-api-key').catch(() => undefined);
      if (key === undefined) return fine('answers, and refuses a wrong key');
      const known = await call(`${orders}/${newUnknownName()}`, { headers: { 'x-api-key': key } });
      if (known.status === 404) return fine('answers, refuses a wrong key and accepts the right one');
      if (known.status !== 401) return unexpectedAnswerFinding(known, 'order-api-key', target);
      return wrong(
        'it refuses the key that is set',
        `a key set a moment ago is accepted within ${acceptedWithin}: check again then`,
      );
    }),
  ];
}

const newUnknownName = () => `doctor-${randomBytes(18).toString('base64url')}`;

/** @param domainTarget Where the DNS entry of an own domain must point to. */
async function callEndpoint(url: string, domainTarget: string | undefined, options: RequestInit = {}) {
  try {
    const response = await fetch(url, {
      ...options,
      redirect: 'manual',
      signal: AbortSignal.timeout(endpointCheckTimeoutMs),
    });
    return { status: response.status, text: (await response.text()).slice(0, 300) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
    const { host } = new URL(url);
    const ofDomain = domainTarget && `: its DNS entry must be a CNAME of ${domainTarget}`;
    // The path may have a token, so the message names the host only.
    throw new Error(
      `${host} does not answer from this machine${cause ? ` (${cause})` : ''}${ofDomain ?? ''}`,
      { cause: error },
    );
  }
}

function unexpectedAnswerFinding(
  { status, text }: Awaited<ReturnType<typeof callEndpoint>>,
  secret: string,
  target: Target,
) {
  if (status === 503 && /not set yet/.test(text))
    return wrong(
      'it answers that its secret is not set yet',
      'set it',
      `npm run secrets -- set ${secret} ${optionsForTarget(target)}`,
    );
  if (status === 404) return wrong('there is nothing at its address', 'deploy the stack again');
  if (status === 403)
    return notice(
      'answers, and does not let this machine in (403)',
      'nothing, if its allow-list is meant to have only the callers; else add this address to it',
    );
  return wrong(`it answered ${status} instead of 401`, 'read the log group of its function');
}
