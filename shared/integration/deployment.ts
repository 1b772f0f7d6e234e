import { BlockList } from 'node:net';
import * as z from 'zod/mini';
import { type WebhookChannel, type Weekday, webhookChannels, weekdays } from '../alerts/names.ts';
import { textThat } from '../erp/options.ts';
import { addressesOf } from '../platform/ip-allow-list.ts';
import { strictObject } from '../platform/strict-object.ts';

/** What differs from plant to plant in the stack. All of it is optional. */
export interface Deployment {
  /** The account that the stack is deployed to (12 digits): the CDK refuses every other. Default: that of the credentials. */
  readonly account?: string;
  /** The region that the stack is deployed to, such as `eu-west-1`. Default: that of the AWS profile. */
  readonly region?: string;
  /**
   * Who is mailed when the integration itself is ill: a function fails, a queue is stuck. Each address confirms its
   * subscription once, as for all mails of the stack. Default: nobody.
   */
  readonly alarmEmails?: readonly string[];
  /** Who learns, order by order, what needs a person: dead letters, changed and overdue orders, a partner that is down. */
  readonly alerts?: {
    /** Default: `alarmEmails`. */
    readonly emails?: readonly string[];
    /**
     * Microsoft Teams (Workflows), Slack (incoming webhook), and any address that takes JSON. Their addresses are one
     * secret, which `npm run secrets -- set alert-webhooks --stack <stack>` sets. Default: none.
     */
    readonly webhooks?: readonly WebhookChannel[];
  };
  /** A daily digest by mail: yesterday beside the week before, what waits for whom, what is overdue. Default: none. */
  readonly morningMail?: {
    /** Time by the plant's clock: `06:30`. */
    readonly at: string;
    /** Days on which it is sent. Default: Monday to Friday. */
    readonly workdays?: readonly Weekday[];
    /** Who gets it. */
    readonly emails: readonly string[];
  };
  /** Own domain of the endpoints. Its certificate is in AWS Certificate Manager, in the stack's region. Default: AWS's address. */
  readonly domain?: {
    /** Such as `azumuta.plant.example`, in small letters; its DNS entry points to the output `DomainTarget`. */
    readonly name: string;
    /** ARN of its certificate. */
    readonly certificateArn: string;
  };
  /** Addresses and networks (`203.0.113.7`, `203.0.113.0/24`) that may call each endpoint. Default: any. */
  readonly allowedSources?: {
    /** Azumuta's servers, which call the webhook. */
    readonly webhook?: readonly string[];
    /** The ERP, which calls the order endpoint. */
    readonly orders?: readonly string[];
  };
  /**
   * The network from which the ERP is called, when it is not on the internet or only lets known addresses in:
   * a new one with a fixed public address, or one that exists. Default `none`: the internet.
   */
  readonly network?:
    | 'none'
    | {
        /** Makes a network whose calls all come from one public address, the output `FixedAddress`. */
        readonly fixedAddress: true;
        /** Its addresses, /16 to /24: choose others than those of a network that it is connected with. Default `10.90.0.0/24`. */
        readonly cidr?: string;
        /**
         * A public address that the plant has already (`eipalloc-…`), which outlives the stack. Default: the stack
         * allocates one, and leaves it to the account when a production stack is deleted. New accounts have five a
         * region, and five networks.
         */
        readonly allocationId?: string;
      }
    | {
        /** Private subnets of a network that exists, from which the ERP, AWS and Azumuta can be reached. */
        readonly subnetIds: readonly string[];
        /** Security groups for the functions. */
        readonly securityGroupIds: readonly string[];
      };
  /** Add one when the stack takes in another ledger table (runbook, *Bringing a ledger back*), 1 to 99. Default 1. */
  readonly ledgerGeneration?: number;
  /**
   * Containers that are reserved for the webhook, 1 to 1000, so that nothing else in the account makes it turn a trigger
   * away; no more than these run (Lambda's reserved concurrency). Default: none, as Lambda leaves at least 100 unreserved,
   * and a new account has ten in all; `doctor` shows how many.
   */
  readonly webhookConcurrency?: number;
  /**
   * ARNs of secrets that exist already, instead of those that the stack would create. With a key of the plant's own:
   * `{ arn, keyArn }`, and functions may decrypt with it; operators need `kms:Decrypt` and `kms:GenerateDataKey` on it.
   * Default: the stack creates all.
   */
  readonly secrets?: Partial<Record<SecretName, string | { readonly arn: string; readonly keyArn: string }>>;
}

export const secretNames = [
  'webhookToken',
  'orderApiKey',
  'azumutaApiKey',
  'erpCredentials',
  'alertWebhooks',
] as const;
export type SecretName = (typeof secretNames)[number];

export type CompleteDeployment = z.output<typeof deploymentSchema>;

const textLike = (pattern: RegExp, expected: string) => textThat((text) => pattern.test(text), expected);
const arnOf = (service: string) =>
  textLike(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:.+`), `an ARN of ${service}`);
const idOf = (prefix: string) => textLike(new RegExp(`^${prefix}-`), `an id that begins with ${prefix}-`);
const source = textThat(
  (text) => addressesOf([text], new BlockList()),
  'an address or a network, such as 203.0.113.0/24',
);
/** Functions may read exactly this one, so the six characters that Secrets Manager appends are part of it. */
const secretArn = arnOf('secretsmanager').check(
  z.refine(
    (text) => text.includes(':secret:') && /[^:]-[A-Za-z0-9]{6}$/.test(text),
    'the whole ARN of a secret, with the dash and six characters at its end',
  ),
);
const keyArn = arnOf('kms').check(
  z.refine((text) => /:key\/[\w-]+$/.test(text), 'the ARN of a key (…:key/…), not of its alias'),
);
const email = textThat((text) => z.safeParse(z.email(), text).success, 'an e-mail address');
const atLeastOne = <T>(schema: z.ZodMiniType<T>) => z.array(schema).check(z.minLength(1));

export const deploymentSchema = strictObject({
  account: z.optional(textLike(/^\d{12}$/, 'an account of 12 digits, as text')),
  region: z.optional(textLike(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'a region such as eu-west-1')),
  alarmEmails: z._default(z.array(email), []),
  alerts: z._default(
    strictObject({
      emails: z.optional(z.array(email)),
      webhooks: z._default(z.array(z.enum(webhookChannels)), []),
    }),
    { webhooks: [] },
  ),
  morningMail: z.optional(
    strictObject({
      at: textLike(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day such as 06:30'),
      workdays: z._default(atLeastOne(z.enum(weekdays)), weekdays.slice(0, 5)),
      emails: atLeastOne(email),
    }),
  ),
  domain: z.optional(
    strictObject({
      name: textLike(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a domain in small letters'),
      certificateArn: arnOf('acm'),
    }),
  ),
  allowedSources: z._default(
    strictObject({ webhook: z._default(z.array(source), []), orders: z._default(z.array(source), []) }),
    { webhook: [], orders: [] },
  ),
  network: z._default(
    z.union([
      z.literal('none'),
      strictObject({
        fixedAddress: z.literal(true),
        cidr: z._default(
          textLike(/^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2[0-4])$/, 'a network of /16 to /24'),
          '10.90.0.0/24',
        ),
        allocationId: z.optional(idOf('eipalloc')),
      }),
      strictObject({
        subnetIds: atLeastOne(idOf('subnet')),
        securityGroupIds: atLeastOne(idOf('sg')),
      }),
    ]),
    'none',
  ),
  ledgerGeneration: z._default(z.int().check(z.gte(1), z.lte(99)), 1),
  webhookConcurrency: z.optional(z.int().check(z.gte(1), z.lte(1000))),
  secrets: z._default(
    z.partialRecord(z.enum(secretNames), z.union([secretArn, strictObject({ arn: secretArn, keyArn })])),
    {},
  ),
});
