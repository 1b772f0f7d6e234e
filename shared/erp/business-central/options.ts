import * as z from 'zod/mini';
import { strictObject } from '../../platform/validation.ts';
import type { Authentication } from '../authentication.ts';
import { erpOptionsShape, readonlyList, textThat } from '../options.ts';

const guid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

export const optionsSchema = strictObject({
  /** In the cloud: the Microsoft Entra tenant, its id or domain, `plant.onmicrosoft.com`. */
  tenant: z.optional(textThat((text) => /^[\w.-]+$/.test(text), 'the id or domain of the tenant')),
  /** In the cloud: the environment, `Production`. */
  environment: z.optional(textThat((text) => /^[\w-]{1,30}$/.test(text), 'the name of an environment')),
  /** On premises: base URL of the server's instance with the port of its API, `https://bc.plant.example:7048/BC`. */
  url: z.optional(z.url()),
  /** On premises: `basic`, a user and web service key; an object: OAuth2 client credentials, with the token from `tokenUrl`. */
  auth: z.optional(
    z.union([
      z.literal('basic'),
      strictObject({
        /** Token endpoint of the authorization server. */
        tokenUrl: z.url(),
        /** Scope to ask for. */
        scope: z.optional(z.string()),
      }),
    ]),
  ),
  /** On premises: the tenant of the server, where it has several. */
  serverTenant: z.optional(z.string()),
  /** Id of the company, as `GET …/api/v2.0/companies` shows it: it is kept where the company is renamed. */
  company: textThat((text) => guid.test(text), 'the id of the company, 5d115c9c-44e3-ea11-bb43-000d3a2feca1'),
  /** `top`: only what is planned at the top; `all`: each make-to-order part, too. Default `all`. */
  planningLevels: z.optional(z.enum(['top', 'all'])),
  /** Only orders of these locations, `['MAIN']`. Default: of all. */
  locations: z.optional(readonlyList(z.string(), 1)),
  /**
   * Who finishes an order. `planner`: a person in Business Central. `complete`: the booking by which nothing remains on any line
   * of the order. Default `planner`, as finishing an order cannot be taken back twice.
   */
  finish: z.optional(z.enum(['planner', 'complete'])),
  /**
   * When, by whom and on which version it was tried on a real Business Central: `'2027-01-15, A. Peeters, 29.1 sandbox'`. Until
   * then `doctor` and each morning mail say that it was not.
   */
  tried: z.optional(textThat((text) => text.trim() !== '', 'when, by whom and on which version')),
  /** Orders read per call. Default 500. */
  pageSize: z.optional(z.int().check(z.positive())),
  ...erpOptionsShape,
}).check(
  z.superRefine((options, { issues }) => {
    const isCloud = options.tenant !== undefined && options.environment !== undefined;
    const isOnPremises = options.url !== undefined && options.auth !== undefined;
    if (isCloud !== isOnPremises) return;
    issues.push({
      code: 'custom',
      message: 'tenant and environment (in the cloud), or url and auth (on premises)',
      input: undefined,
    });
  }),
);

/** How this plant's Business Central is reached and used. */
export type BusinessCentralOptions = Readonly<z.input<typeof optionsSchema>>;

/** How messages name the ERP. */
export const partner = 'Business Central';

const cloud = 'https://api.businesscentral.dynamics.com';

/** Where it is, and how it wants to be logged in at (MicrosoftDocs/dynamics365smb-devitpro-pb, dev-itpro/administration/automation-apis-using-s2s-authentication). */
export function reachedBy({ tenant = '', environment = '', url, auth }: BusinessCentralOptions): {
  readonly baseUrl: string;
  readonly login: Authentication;
} {
  if (url === undefined)
    return {
      baseUrl: `${cloud}/v2.0/${tenant}/${environment}`,
      login: {
        kind: 'oauth2ClientCredentials',
        tokenUrl: `https://login.microsoftonline.com/${tenant}/oauth2/v2.0/token`,
        scope: `${cloud}/.default`,
      },
    };
  const isToken = typeof auth === 'object';
  return { baseUrl: url, login: isToken ? { kind: 'oauth2ClientCredentials', ...auth } : { kind: 'basic' } };
}
