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
  new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName: stack.stackName,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyBudget, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${tag}$${stack.stackName}`] },
    },
    notificationsWithSubscribers: ['ACTUAL', 'FORECASTED'].map((notificationType) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold: 100 },
      subscribers,
    })),
  });
}
