import { type Stack, Tags } from 'aws-cdk-lib';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';

/** Each of its resources has it: the bill tells stacks apart by a tag, once that is activated (infra/README.md). */
const tag = 'azumuta-erp:stack';

/**
 * Has AWS mail the IT department when the stack costs more in a month than was expected, or will. AWS learns of costs
 * some hours later, and stops nothing.
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-managing-costs.html
 */
export function addBudget(stack: Stack, { monthlyBudget, alarmEmails }: CompleteDeployment): void {
  const { stackName } = stack;
  Tags.of(stack).add(tag, stackName);
  // AWS mails ten addresses at most.
  const subscribers = alarmEmails.slice(0, 10).map((address) => ({ subscriptionType: 'EMAIL', address }));
  if (subscribers.length === 0) return;
  new CfnBudget(stack, 'Budget', {
    budget: {
      budgetName: stackName,
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyBudget, unit: 'USD' },
      costFilters: { TagKeyValue: [`user:${tag}$${stackName}`] },
    },
    notificationsWithSubscribers: ['ACTUAL', 'FORECASTED'].map((notificationType) => ({
      notification: { notificationType, comparisonOperator: 'GREATER_THAN', threshold: 100 },
      subscribers,
    })),
  });
}
