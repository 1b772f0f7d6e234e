import { createHash } from 'node:crypto';
import { type Stack, Tags } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';

/** The bill tells stacks apart by this tag of each resource, once somebody has activated it (infra/README.md). */
const tag = 'azumuta-erp:stack';

/**
 * Has AWS mail the IT department when a month costs more than was expected, or will. It learns of costs hours later.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
 */
export function addBudget(stack: Stack, { monthlyBudget, alarmEmails }: CompleteDeployment): void {
  Tags.of(stack).add(tag, stack.stackName);
  // At most ten.
  const subscribers = alarmEmails.slice(0, 10).map((address) => ({ subscriptionType: 'EMAIL', address }));
  if (subscribers.length === 0 || monthlyBudget === 'none') return;
  const notificationsWithSubscribers = ['ACTUAL', 'FORECASTED'].map((notificationType) => ({
    notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold: 100 },
    subscribers,
  }));
  new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName: nameOfBudget(stack, notificationsWithSubscribers),
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyBudget, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${tag}$${stack.stackName}`] },
    },
    notificationsWithSubscribers,
  });
}

/**
 * Another name for each list of addresses: to change the list, CloudFormation makes a new budget before it deletes the old
 * one, and two of one name would fail the update (https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/365).
 * The region is in it, as an account has its budgets for all regions. A name that AWS makes up would not begin with that
 * of the stack, and `infra/policies` would not permit it. At most 100 characters.
 */
function nameOfBudget({ stackName, region }: Stack, notifications: object): string {
  const hash = createHash('sha256').update(JSON.stringify(notifications)).digest('hex');
  return `${stackName}-${region}-${hash.slice(0, 8)}`;
}
