import { type Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { Effect, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnEventSourceMapping,
  CfnFunction,
  Code,
  Function as LambdaFunction,
  LoggingFormat,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import type { VariableName } from '../../shared/platform/environment.ts';
import { acknowledge } from './nag.ts';
import type { Placement } from './network.ts';
import { batchWindow } from './queues.ts';

export interface IntegrationFunctionProps {
  readonly codeFolder: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  readonly environment: Partial<Record<VariableName, string>>;
  /** Set for functions that call the ERP, if it is called from a network of the plant's own. */
  readonly placement?: Placement | undefined;
  /** Set for functions that a schedule invokes: the next run does what a failed one left. */
  readonly retryAsyncInvocations?: false;
  /** All that its role may do, each on exactly the resources it is done to. */
  readonly grants: readonly Grant[];
}

export interface Grant {
  readonly actions: readonly string[];
  readonly on: readonly string[];
}

/** One function with its own role, log group and nothing that it does not use. */
export class IntegrationFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly role: Role;

  constructor(scope: Construct, id: string, props: IntegrationFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.role.addToPolicy(
      statement({ actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], on: [`${logGroup.logGroupArn}`] }),
    );
    for (const grant of props.grants) this.role.addToPolicy(statement(grant));
    if (props.placement) {
      // Lambda makes the function's network interfaces in its name, and asks for these on any resource.
      this.role.addToPolicy(statement({ actions: networkActions, on: ['*'] }));
      acknowledge(this.role, {
        'AwsSolutions::AwsSolutions-IAM5[Resource::*]':
          'Lambda makes network interfaces in the name of the role, and IAM has no resource for them before they exist.',
      });
    }
    this.lambda = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.codeFolder),
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memoryMb,
      role: this.role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      ...(props.retryAsyncInvocations === false ? { retryAttempts: 0 } : {}),
      environment: {
        STACK_NAME: Stack.of(this).stackName,
        ...Object.fromEntries(Object.entries(props.environment).filter(([, value]) => value !== undefined)),
      },
    });
    acknowledge(this, {
      'Serverless::Serverless-LambdaDLQ':
        'Called by API Gateway and by queues it answers for itself; a scheduled run that fails is made up for by the next.',
      'Serverless::Serverless-LambdaAsyncFailureDestination':
        'The next scheduled run does what a failed one left; an alarm tells of errors and of silence.',
      'Serverless::Serverless-LambdaTracing':
        'The log lines of all functions bear the order number and the event id; tracing would be billed for each call.',
    });
    if (props.placement) this.placeInto(props.placement);
  }

  /**
   * Feeds the function from a queue. Written out instead of `SqsEventSource`, whose grants cannot be told from
   * those the function itself needs.
   * @param maximumConcurrency Containers that work on it at once: gentle on the partner behind it.
   */
  consume(queue: IQueue, maximumConcurrency: number): void {
    this.role.addToPolicy(
      statement({
        actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'],
        on: [queue.queueArn],
      }),
    );
    const mapping = new CfnEventSourceMapping(this, 'Mapping', {
      eventSourceArn: queue.queueArn,
      functionName: this.lambda.functionName,
      batchSize: 10,
      maximumBatchingWindowInSeconds: batchWindow.toSeconds(),
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency },
    });
    acknowledge(mapping, {
      'Serverless::Serverless-LambdaEventSourceMappingDestination':
        'Messages that cannot be worked on are dead-lettered by the function, with their reason, and by SQS after a thousand receives.',
    });
    // The mapping polls with the role's grants from its first second on.
    mapping.node.addDependency(this.role);
  }

  private placeInto({ subnetIds, securityGroupIds, after }: Placement): void {
    const { defaultChild } = this.lambda.node;
    if (!(defaultChild instanceof CfnFunction)) throw new Error('A function is a function resource.');
    defaultChild.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
    if (after) this.lambda.node.addDependency(after);
  }
}

/** Source: AWS, "Giving Lambda functions access to resources in an Amazon VPC". */
const networkActions = [
  'ec2:CreateNetworkInterface',
  'ec2:DescribeNetworkInterfaces',
  'ec2:DescribeSubnets',
  'ec2:DeleteNetworkInterface',
  'ec2:AssignPrivateIpAddresses',
  'ec2:UnassignPrivateIpAddresses',
];

function statement({ actions, on }: Grant): PolicyStatement {
  return new PolicyStatement({ effect: Effect.ALLOW, actions: [...actions], resources: [...on] });
}
