import type { Statement } from '../template/local-stack.ts';

function allow(...actions: string[]): Statement {
  return { effect: 'Allow', actions, notActions: [], resources: ['*'], notResources: [] };
}

const logs = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'];

/** AWS's own policies that a function's role may have (AWS managed policy reference, version 1 of each). */
const known: Readonly<Record<string, readonly Statement[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': [allow(...logs)],
  'service-role/AWSLambdaSQSQueueExecutionRole': [
    allow('sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...logs),
  ],
  'service-role/AWSLambdaVPCAccessExecutionRole': [
    allow(
      ...logs,
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ),
  ],
};

/** What one of AWS's own policies allows; undefined for one that local runs do not know. */
export function managedStatements(arn: string): readonly Statement[] | undefined {
  return known[arn.replace(/^arn:[^:]+:iam::aws:policy\//, '')];
}
