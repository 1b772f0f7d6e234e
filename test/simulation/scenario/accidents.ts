import type { Answer } from '../../support/server.ts';
import type { ErpName } from '../partners/erp.ts';
import type { Chance } from '../world/chance.ts';
import type { Fate, Service } from '../world/fate.ts';

/** What can go wrong with one call of a container; its key is its name in the timeline. */
interface Accident {
  readonly services: readonly Service[];
  /** @param partner The partner that answers, if it is a partner's answer. */
  readonly fate: (chance: Chance, partner: ErpName | 'azumuta') => Omit<Fate, 'accident'>;
}

const aws: readonly Service[] = ['ledger', 'queues', 'secrets'];
const partners: readonly Service[] = ['azumuta', 'erp'];
const everywhere: readonly Service[] = [...aws, ...partners];
const html = { 'content-type': 'text/html' };
/** A refusal in the partner's own error format: the partner understood the request, and refuses it. */
const refusals = {
  azumuta: { status: 422, body: { error: { code: 'refused', message: 'This cannot be done now.' } } },
  rest: { status: 200, body: { error: { code: 'refused', message: 'This cannot be done now.' } } },
  // As http.py serializes it, see the server of the conformance suite: `/jsonrpc` with HTTP 200, `/json/2` without.
  'odoo 17': {
    status: 200,
    body: {
      jsonrpc: '2.0',
      id: 1,
      error: {
        code: 200,
        message: 'Odoo Server Error',
        data: { name: 'odoo.exceptions.UserError', message: 'This cannot be done now.' },
      },
    },
  },
  'odoo 19': {
    status: 422,
    body: { name: 'odoo.exceptions.UserError', message: 'This cannot be done now.' },
  },
  // MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/webservices/dynamics-error-codes.md.
  'business-central': {
    status: 400,
    body: { error: { code: 'Application_DialogException', message: 'This cannot be done now.' } },
  },
  // SAP Gateway, "Error response".
  'sap-s4hana': {
    status: 400,
    body: { error: { code: 'RU/123', message: { lang: 'en', value: 'This cannot be done now.' } } },
  },
} satisfies Readonly<Record<ErpName | 'azumuta', Answer>>;
const answers = (status: number, headers: Readonly<Record<string, string>> = {}, body: unknown = {}) => ({
  effect: 'none' as const,
  callerGets: { status, headers, body },
});

/**
 * The accidents of calls. A call to AWS or a partner may take effect without an answer, be answered without taking
 * effect, or take effect later.
 */
export const accidents = {
  'the container dies before the call': {
    services: everywhere,
    fate: () => ({ effect: 'none', callerGets: 'nothing', dies: 'before' }),
  },
  'the container dies after the call': {
    services: everywhere,
    fate: () => ({ effect: 'once', callerGets: 'nothing', dies: 'after' }),
  },
  'AWS fails': { services: aws, fate: () => ({ effect: 'none', callerGets: 'failure' }) },
  'AWS does it, but reports a failure': {
    services: ['ledger', 'queues'],
    fate: () => ({ effect: 'once', callerGets: 'failure' }),
  },
  // The SDK retries a call without an answer, so a conditional write can fail because of its own first attempt.
  'the SDK asks AWS twice, because the first answer was lost': {
    services: ['ledger', 'queues'],
    fate: () => ({ effect: 'twice', callerGets: 'answer' }),
  },
  'SQS refuses a part of the batch': {
    services: ['queues'],
    fate: () => ({ effect: 'partly', callerGets: 'answer' }),
  },
  'AWS is slow': {
    services: aws,
    fate: (chance) => ({ effect: 'once', callerGets: 'answer', slowMs: chance.between(2_000, 25_000) }),
  },
  'the container hangs until its timeout': {
    services: everywhere,
    fate: () => ({ effect: 'once', callerGets: 'nothing', dies: 'at its timeout' }),
  },
  'the call never arrives': { services: partners, fate: () => ({ effect: 'none', callerGets: 'broken' }) },
  'the answer is lost': { services: partners, fate: () => ({ effect: 'once', callerGets: 'broken' }) },
  'the call takes effect after it was given up': {
    services: partners,
    fate: () => ({ effect: 'late', callerGets: 'broken' }),
  },
  'the call is never answered': {
    services: partners,
    fate: (chance) => ({ effect: chance.happens(0.5) ? 'once' : 'none', callerGets: 'nothing' }),
  },
  'the partner is slow': {
    services: partners,
    fate: (chance) => ({ effect: 'once', callerGets: 'answer', slowMs: chance.between(2_000, 20_000) }),
  },
  'the partner answers 401': { services: partners, fate: () => answers(401) },
  'the partner answers 403': { services: partners, fate: () => answers(403) },
  'a proxy answers 404': {
    services: partners,
    fate: () => answers(404, html, '<h1>Not Found</h1>'),
  },
  'the partner refuses it': {
    services: partners,
    fate: (_, partner) => ({ effect: 'none', callerGets: refusals[partner] }),
  },
  // It may be gone soon: only another status says that the request itself was refused.
  'Azumuta answers 200 with an error': {
    services: ['azumuta'],
    fate: () => answers(200, {}, { error: { code: 'refused', message: 'This cannot be done now.' } }),
  },
  'the partner answers 429': {
    services: partners,
    fate: (chance) => answers(429, { 'retry-after': String(chance.between(1, 90)) }),
  },
  'the partner answers 500': { services: partners, fate: () => answers(500) },
  'the partner does it, but answers 502': {
    services: partners,
    fate: () => ({ ...answers(502, html, '<h1>Bad Gateway</h1>'), effect: 'once' }),
  },
  'a proxy answers with its own page': {
    services: partners,
    fate: () => answers(200, html, '<h1>Please log in</h1>'),
  },
} satisfies Record<string, Accident>;

export type AccidentName = keyof typeof accidents;

/** The accidents that can happen to a call to this service. */
export function accidentsOf(service: Service): readonly AccidentName[] {
  // The keys of the table are the names.
  return (Object.keys(accidents) as AccidentName[]).filter((name) => {
    const { services }: Accident = accidents[name];
    return services.includes(service);
  });
}

export function fateOf(name: AccidentName, chance: Chance, partner: ErpName | 'azumuta'): Fate {
  const { fate }: Accident = accidents[name];
  return { ...fate(chance, partner), accident: name };
}
