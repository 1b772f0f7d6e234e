import * as z from 'zod/mini';
import { modes } from '../model/mode.ts';
import { jsonOf } from './json.ts';
import { describeMismatches, parse } from './validation.ts';

const textVariable = z.string().check(z.minLength(1));
const numberVariable = z.pipe(
  z.string().check(z.regex(/^\d+$/)),
  z.transform((digits) => Number(digits)),
);

/** The environment variables of the functions: the stack sets them by these names. */
export const variables = {
  /** Name of the stack: the dimension of all its metrics. */
  STACK_NAME: textVariable,
  /** Whether log lines are metrics, too, which CloudWatch bills. Default: they are. */
  METRICS: z._default(z.enum(['on', 'off']), 'on'),
  STAGE: textVariable,
  /** `shadow`: everything is decided, and nothing is written to a partner. */
  MODE: z._default(z.enum(modes), 'live'),
  /** What was completed before this (ISO, UTC) is people's. Unset: all that is completed is booked. */
  LIVE_FROM: z.optional(textVariable),
  /** Version of the deployed code and configuration: what an older one has mapped is mapped again. */
  CONFIGURATION_VERSION: textVariable,
  LEDGER_TABLE_NAME: textVariable,
  PRODUCT_ORDERS_QUEUE_URL: textVariable,
  COMPLETIONS_QUEUE_URL: textVariable,
  DEAD_LETTERS_QUEUE_URL: textVariable,
  WEBHOOK_TOKEN_SECRET_ARN: textVariable,
  ORDER_API_KEY_SECRET_ARN: textVariable,
  AZUMUTA_API_KEY_SECRET_ARN: textVariable,
  ERP_CREDENTIALS_SECRET_ARN: textVariable,
  /** Addresses of the webhooks that get alerts; unset where there are none. */
  ALERT_WEBHOOKS_SECRET_ARN: textVariable,
  /** Signs the links of pages; this and the next are unset where there are none. */
  PAGES_KEY_SECRET_ARN: textVariable,
  PAGES_URL: textVariable,
  /** Of the configuration, which the function that shows pages does not load. */
  PLANT: textVariable,
  TIME_ZONE: textVariable,
  GRACE_HOURS: numberVariable,
  /** SNS topics of the mails: alerts, and the morning mail where there is one. */
  ALERTS_TOPIC_ARN: textVariable,
  MORNING_MAIL_TOPIC_ARN: textVariable,
  /** JSON of `azumuta.contract.trigger`: the webhook endpoint does not load the configuration. */
  TRIGGER_NAMES: textVariable,
  /** JSON list of the addresses and networks that may call an endpoint; an empty one permits all. */
  ALLOWED_SOURCES: z.pipe(z.pipe(textVariable, z.transform(jsonOf)), z.array(z.string())),
  /** Longest time that a partner may need to finish what was sent to it before an attempt died. */
  SETTLING_SECONDS: numberVariable,
  /** Longest wait after a first failure. */
  RETRY_BASE_SECONDS: numberVariable,
  /** First wait of an open circuit breaker. */
  BREAKER_COOLDOWN_SECONDS: numberVariable,
} as const;

export type VariableName = keyof typeof variables;

/** The value of a variable of the environment. @throws Error when it is missing or invalid; its value is not repeated. */
export function settingOf<Name extends VariableName>(
  name: Name,
  environment: Readonly<Record<string, string | undefined>> = process.env,
) {
  const parsed = parse(z.object({ [name]: variables[name] }), environment);
  if (!parsed.ok)
    throw new Error(`The function's environment is wrong. ${describeMismatches(parsed.mismatches)}.`);
  // The shape was made from exactly this name.
  return parsed.value[name] as z.output<(typeof variables)[Name]>;
}
