import { type Duration, Stack, Tags } from 'aws-cdk-lib';
import { Effect, Policy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import {
  Architecture,
  CfnFunction,
  Code,
  EventSourceMapping,
  Function as LambdaFunction,
  LoggingFormat,
  RecursiveLoop,
  Runtime,
} from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from './nag.ts';
import type { Placement } from './network.ts';
import { allowOnQueues, type ResourceUse } from './permissions.ts';
import { batchWindow } from './queues.ts';

export interface IntegrationFunctionProps {
  readonly codeFolder: string;
  readonly description: string;
  readonly timeout: Duration;
  readonly memoryMb: number;
  /** Set for functions that call the ERP, if it is called from a network of the plant's own. */
  readonly placement?: Placement | undefined;
  readonly scheduled?: true;
  /** A command of the operators invokes it: their policy knows it by a tag, as CloudFormation shortens its name. */
  readonly invokedByOperators?: true;
  /** Containers that are kept for it, and its most. */
  readonly reservedContainers?: number | undefined;
  /** The queue that it works on, with so many containers at once: gentle on the partner behind it. */
  readonly consumes?: { readonly queue: IQueue; readonly containers: number };
  /** All that it does besides polling its queue: its variables, and what its role may do to exactly which resources. */
  readonly uses: readonly ResourceUse[];
}

/** One function with its own role, log group and nothing that it does not use. */
export class IntegrationFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly #role: Role;

  constructor(scope: Construct, id: string, props: IntegrationFunctionProps) {
    super(scope, id);
    const { stackName } = Stack.of(this);
    const logGroup = new LogGroup(this, 'Logs', { retention: RetentionDays.THREE_MONTHS });
    this.#role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    logGroup.grantWrite(this.#role);
    for (const { may } of props.uses) may?.(this.#role);
    this.lambda = new LambdaFunction(this, 'Function', {
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: 'index.handler',
      code: Code.fromAsset(props.codeFolder),
      description: props.description,
      timeout: props.timeout,
      memorySize: props.memoryMb,
      role: this.#role,
      logGroup,
      loggingFormat: LoggingFormat.JSON,
      // What waits for the end of a pause goes back into the same queue each day. After some 16 times Lambda would take that for an
      // endless loop, and invoke the function no more; a closure lasts longer.
      // https://docs.aws.amazon.com/lambda/latest/dg/invocation-recursion.html
      ...(props.consumes && { recursiveLoop: RecursiveLoop.ALLOW }),
      ...(props.reservedContainers && { reservedConcurrentExecutions: props.reservedContainers }),
      environment: Object.assign({ STACK_NAME: stackName }, ...props.uses.map((use) => use.environment)),
    });
    acknowledge(this.lambda, {
      'Serverless::Serverless-LambdaDLQ': whyNoDeadLetterQueue(props),
      ...(props.scheduled && {
        'Serverless::Serverless-LambdaAsyncFailureDestination':
          'The next run does what a failed one left; an alarm reports errors and missing runs.',
      }),
      'Serverless::Serverless-LambdaTracing':
        'The log lines of all functions contain the order number and the event id; tracing would be billed for each call.',
    });
    if (props.invokedByOperators) Tags.of(this.lambda).add('azumuta-erp:operators', 'invoke');
    if (props.consumes) this.consume(props.consumes);
    if (props.placement) this.placeInto(props.placement);
  }

  /** Feeds the function from its queue. `SqsEventSource` would grant `GetQueueUrl`, which nobody calls. */
  private consume({ queue, containers }: NonNullable<IntegrationFunctionProps['consumes']>): void {
    allowOnQueues(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [queue])(this.#role);
    const mapping = new EventSourceMapping(this, 'Mapping', {
      target: this.lambda,
      eventSourceArn: queue.queueArn,
      batchSize: 10,
      maxBatchingWindow: batchWindow,
      reportBatchItemFailures: true,
      maxConcurrency: containers,
    });
    acknowledge(mapping, {
      'Serverless::Serverless-LambdaEventSourceMappingDestination':
        'Messages that cannot be worked on are dead-lettered by the function, with their reason, and by SQS after a thousand receives.',
    });
    // The mapping polls with the role's grants from its first second on.
    mapping.node.addDependency(this.#role);
  }

  private placeInto({ subnetIds, securityGroupIds, after }: Placement): void {
    const onAnything = { actions: networkActions, resources: ['*'] };
    const interfaces = new Policy(this, 'NetworkInterfaces', {
      roles: [this.#role],
      statements: [
        new PolicyStatement(onAnything),
        // Lambda makes them from outside, with the role; the function's own code must not.
        // https://docs.aws.amazon.com/lambda/latest/dg/permissions-source-function-arn.html
        new PolicyStatement({
          ...onAnything,
          effect: Effect.DENY,
          conditions: { Null: { 'lambda:SourceFunctionArn': 'false' } },
        }),
      ],
    });
    acknowledge(interfaces, {
      'AwsSolutions::AwsSolutions-IAM5[Resource::*]':
        'Lambda makes network interfaces in the name of the role, and IAM has no resource for them before they exist.',
    });
    // Lambda refuses to place a function whose role may not make them.
    this.lambda.node.addDependency(interfaces);
    const { defaultChild } = this.lambda.node;
    if (!(defaultChild instanceof CfnFunction)) throw new Error('A function is a function resource.');
    defaultChild.vpcConfig = { subnetIds: [...subnetIds], securityGroupIds: [...securityGroupIds] };
    if (after) this.lambda.node.addDependency(after);
  }
}

/** Lambda's own dead-letter queue would take events that it failed to run asynchronously. */
function whyNoDeadLetterQueue({ scheduled, consumes }: IntegrationFunctionProps): string {
  if (scheduled) return 'The next run does what a failed one left.';
  if (consumes) return 'A message on which it fails is retried from its queue, which has one.';
  return 'API Gateway waits for its answer, and the caller hears of a failure.';
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
