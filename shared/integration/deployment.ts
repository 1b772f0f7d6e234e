import { BlockList } from 'node:net';
import * as z from 'zod/mini';
import { webhookChannels, weekdays } from '../alerts/dependencies.ts';
import { instantInUtc, readonlyList, textThat } from '../erp/options.ts';
import { modes } from '../model/mode.ts';
import { roles } from '../model/roles.ts';
import { addAddresses } from '../platform/ip-allow-list.ts';
import { strictObject } from '../platform/validation.ts';

export const secretNames = [
  'webhookToken',
  'orderApiKey',
  'azumutaApiKey',
  'erpCredentials',
  'alertWebhooks',
  'pagesKey',
] as const;
export type SecretName = (typeof secretNames)[number];

const textLike = (pattern: RegExp, expected: string) => textThat((text) => pattern.test(text), expected);
const arnOf = (service: string) =>
  textLike(new RegExp(`^arn:aws[a-z-]*:${service}:[a-z0-9-]+:\\d{12}:.+`), `an ARN of ${service}`);
const idWithPrefix = (prefix: string) =>
  textLike(new RegExp(`^${prefix}-`), `an id that begins with ${prefix}-`);
const source = textThat(
  (text) => addAddresses([text], new BlockList()),
  'an address or a network, such as 203.0.113.0/24',
);
/** They are a variable of a function, which has 4,096 bytes for all of its variables. */
const sources = readonlyList(source).check(
  z.refine(
    (list) => list.join('","').length <= 2500,
    'at most 2500 characters in all: networks (203.0.113.0/24) in the place of single addresses',
  ),
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

export const deploymentSchema = strictObject({
  /**
   * `shadow`: everything is read, mapped and decided, and nothing is written to Azumuta or the ERP, for as long as people book by
   * hand. What it decides is kept apart for 35 days, and counts for nothing once it is live. Default `live`.
   */
  mode: z._default(z.enum(modes), 'live'),
  /**
   * From when on what is completed in Azumuta is booked, an ISO time with zone such as `2027-01-11T06:00:00+01:00`: what was
   * completed before is people's, and never booked here. It counts while `mode` is `live`. Default: all that is completed is booked.
   */
  liveFrom: z.optional(instantInUtc),
  /** The account that the stack is deployed to (12 digits): the CDK refuses every other. Default: that of the credentials. */
  account: z.optional(textLike(/^\d{12}$/, 'an account of 12 digits, as text')),
  /** The region that the stack is deployed to, such as `eu-west-1`. Default: that of the AWS profile. */
  region: z.optional(textLike(/^[a-z]{2,}(-[a-z]+)+-\d$/, 'a region such as eu-west-1')),
  /**
   * Who is mailed when the integration itself is failing: a function fails, a queue is stuck. Each address confirms its
   * subscription once, as for all mails of the stack. Default: nobody.
   */
  alarmEmails: z._default(readonlyList(email), []),
  /** CloudWatch's alarms and their metrics, some 3.40 dollars a month. Default: except in a stage for trying (`dev` …). */
  alarms: z.optional(z.boolean()),
  /** Dollars a month above which AWS mails `alarmEmails`, or `none` where the account may have no budgets. Default 60. */
  monthlyBudget: z._default(z.union([z.literal('none'), z.number().check(z.gte(1))]), 60),
  /** Who learns, order by order, what needs a person: dead letters, changed and late orders, a partner that is down. */
  alerts: z.prefault(
    strictObject({
      /** Default: `alarmEmails`. */
      emails: z.optional(readonlyList(email)),
      /**
       * Microsoft Teams (Workflows), Slack (incoming webhook), and any address that takes JSON. Their addresses are one
       * secret, which `npm run secrets -- set alert-webhooks --stack <stack>` sets. Default: none.
       */
      webhooks: z._default(readonlyList(z.enum(webhookChannels)), []),
      /** Who acts, by their part: `{ planner: 'An Peeters, ext. 23' }`. Alerts, the morning mail and the console name them. */
      who: z._default(
        z.partialRecord(
          z.enum(roles),
          textThat((text) => text.trim() !== '', 'a name'),
        ),
        {},
      ),
    }),
    {},
  ),
  /** A daily digest by mail: yesterday next to the week before, what is late or due today and where it stands, what waits for whom. Default: none. */
  morningMail: z.optional(
    strictObject({
      /** Time by the plant's clock: `06:30`. */
      at: textLike(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of the day such as 06:30'),
      /** Days on which it is sent. Default: Monday to Friday. */
      workdays: z._default(readonlyList(z.enum(weekdays), 1), weekdays.slice(0, 5)),
      /** Who gets it. */
      emails: readonlyList(email, 1),
    }),
  ),
  /**
   * Pages that people open by a signed link of an alert or of the morning mail, without AWS credentials: today, and one
   * order, in figures and in our own words. Default: none, and no link.
   */
  pages: z.optional(
    strictObject({
      /** How long a link opens its page, 1 to 72. */
      validHours: z.int().check(z.gte(1), z.lte(72)),
      /**
       * Addresses and networks from which they are opened. Default: any. A link alone opens its page, and mails are forwarded:
       * with the plant's addresses here, a link that got into other hands opens nothing.
       */
      allowedSources: z._default(sources, []),
    }),
  ),
  /** Own domain of the endpoints. Its certificate is in AWS Certificate Manager, in the stack's region. Default: AWS's address. */
  domain: z.optional(
    strictObject({
      /** Such as `azumuta.plant.example`, in small letters; its DNS entry points to the output `DomainTarget`. */
      name: textLike(/^([a-z0-9-]+\.)+[a-z]{2,}$/, 'a domain in small letters'),
      /** ARN of its certificate. */
      certificateArn: arnOf('acm'),
      /** Whether AWS's address answers as well: until Azumuta's triggers and the ERP call the domain. */
      alsoAwsAddress: z._default(z.boolean(), false),
    }),
  ),
  /** Addresses and networks (`203.0.113.7`, `203.0.113.0/24`) that may call each endpoint. Default: any. */
  allowedSources: z.prefault(
    strictObject({
      /** Azumuta's servers, which call the webhook. */
      webhook: z._default(sources, []),
      /** The ERP, which calls the order endpoint. */
      orders: z._default(sources, []),
    }),
    {},
  ),
  /**
   * The network from which the ERP is called, when it is not on the internet or only lets known addresses in:
   * a new one with a fixed public address, or one that exists. Default `none`: the internet.
   */
  network: z._default(
    z.union([
      z.literal('none'),
      strictObject({
        /** Makes a network whose calls all come from one public address, the output `FixedAddress`, by a gateway in one zone. */
        fixedAddress: z.literal(true),
        /** Its addresses, /16 to /24: choose others than those of a network that it is connected with. Default `10.90.0.0/24`. */
        cidr: z._default(
          textLike(/^\d+\.\d+\.\d+\.\d+\/(1[6-9]|2[0-4])$/, 'a network of /16 to /24'),
          '10.90.0.0/24',
        ),
        /**
         * A public address that the plant has already (`eipalloc-…`), which outlives the stack: the ERP's firewall keeps its
         * rule when the stack is deleted and deployed again. Default: the stack
         * allocates one, and leaves it to the account when a production stack is deleted. New accounts have five a
         * region, and five networks.
         */
        allocationId: z.optional(idWithPrefix('eipalloc')),
      }),
      strictObject({
        /** Private subnets of a network that exists, from which the ERP, AWS and Azumuta can be reached. */
        subnetIds: readonlyList(idWithPrefix('subnet'), 1),
        /** Security groups for the functions. */
        securityGroupIds: readonlyList(idWithPrefix('sg'), 1),
      }),
    ]),
    'none',
  ),
  /** Add one when the stack takes in another ledger table (runbook, *Bringing a ledger back*), 1 to 99. Default 1. */
  ledgerGeneration: z._default(z.int().check(z.gte(1), z.lte(99)), 1),
  /**
   * Most containers that work on each queue at once, 2 to 1000; fewer run where a partner takes fewer calls (`atOnce`).
   * A new account runs ten for everything in it: the defaults leave three for the endpoints and the schedules.
   */
  containers: z.prefault(
    strictObject({
      /** Those that create product orders in Azumuta. */
      orders: z._default(z.int().check(z.gte(2), z.lte(1000)), 3),
      /** Those that read completions and book them in the ERP. */
      completions: z._default(z.int().check(z.gte(2), z.lte(1000)), 4),
    }),
    {},
  ),
  /**
   * Containers that are reserved for the webhook, 1 to 1000, so that nothing else in the account makes it turn a trigger
   * away; no more than these run (Lambda's reserved concurrency). Default: none, as Lambda leaves at least 100 unreserved,
   * and a new account has ten in all; `doctor` shows how many.
   */
  webhookConcurrency: z.optional(z.int().check(z.gte(1), z.lte(1000))),
  /**
   * ARNs of secrets that exist already, instead of those that the stack would create. With a key of the plant's own:
   * `{ arn, keyArn }`, and functions may decrypt with it; operators need `kms:Decrypt` and `kms:GenerateDataKey` on it.
   * Default: the stack creates all.
   */
  secrets: z._default(
    z.partialRecord(z.enum(secretNames), z.union([secretArn, strictObject({ arn: secretArn, keyArn })])),
    {},
  ),
});

/** What differs from plant to plant in the stack. All of it is optional. */
export type Deployment = Readonly<z.input<typeof deploymentSchema>>;
export type CompleteDeployment = z.output<typeof deploymentSchema>;
