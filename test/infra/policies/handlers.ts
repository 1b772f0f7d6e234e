/**
 * What CloudFormation itself calls to create, read, change and delete a resource of each type. The registry tells it
 * (`aws cloudformation describe-type --type RESOURCE --type-name AWS::SQS::Queue`, `handlers`; read in November 2026).
 * Left out is what belongs to properties that no stack here sets: keys of customers, replicas of tables and secrets,
 * data of a replicated table, file systems, code signing, layers, IPAM, IPv6, transit gateways.
 */
const of = (service: string, ...actions: readonly string[]) =>
  actions.map((action) => `${service}:${action}`);
const api = of('apigateway', 'DELETE', 'GET', 'PATCH', 'POST', 'PUT');
const setQueue = of('sqs', 'SetQueueAttributes');
const setTopic = of('sns', 'SetTopicAttributes');
const rolePolicy = of('iam', 'PutRolePolicy', 'GetRolePolicy', 'DeleteRolePolicy');
const tagEc2 = of('ec2', 'CreateTags', 'DeleteTags');
const ec2 = (...actions: readonly string[]) => of('ec2', ...actions);

const role = [
  ...of('iam', 'CreateRole', 'GetRole', 'DeleteRole', 'UpdateRole', 'UpdateRoleDescription'),
  ...of('iam', 'TagRole', 'UntagRole', 'ListAttachedRolePolicies', 'ListRolePolicies'),
  'iam:UpdateAssumeRolePolicy',
  ...rolePolicy,
];

/** The types of a plant's stack. */
export const stackTypes: Readonly<Record<string, readonly string[]>> = {
  'AWS::ApiGatewayV2::Api': api,
  'AWS::ApiGatewayV2::ApiMapping': api,
  'AWS::ApiGatewayV2::DomainName': [
    ...api,
    // The first domain of an account: https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
    'iam:CreateServiceLinkedRole',
  ],
  'AWS::ApiGatewayV2::Integration': api,
  'AWS::ApiGatewayV2::Route': api,
  'AWS::ApiGatewayV2::Stage': [
    ...of('apigateway', 'DELETE', 'GET', 'PATCH', 'POST', 'TagResource'),
    // Access logs: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
    ...of('logs', 'CreateLogDelivery', 'DeleteLogDelivery', 'DescribeLogGroups', 'DescribeResourcePolicies'),
    ...of('logs', 'GetLogDelivery', 'ListLogDeliveries', 'PutResourcePolicy', 'UpdateLogDelivery'),
  ],
  'AWS::CDK::Metadata': [],
  'AWS::CloudWatch::Alarm': [
    ...of('cloudwatch', 'PutMetricAlarm', 'DescribeAlarms', 'DeleteAlarms'),
    ...of('cloudwatch', 'TagResource', 'UntagResource', 'ListTagsForResource'),
  ],
  'AWS::DynamoDB::GlobalTable': [
    ...of('dynamodb', 'CreateTable', 'DeleteTable', 'Describe*', 'UpdateTable', 'GetResourcePolicy'),
    ...of('dynamodb', 'UpdateTimeToLive', 'UpdateContinuousBackups'),
    ...of('dynamodb', 'TagResource', 'UntagResource', 'ListTagsOfResource'),
    'application-autoscaling:Describe*',
  ],
  'AWS::IAM::Policy': rolePolicy,
  'AWS::IAM::Role': role,
  'AWS::Lambda::EventInvokeConfig': [
    ...of('lambda', 'PutFunctionEventInvokeConfig', 'GetFunctionEventInvokeConfig'),
    ...of('lambda', 'UpdateFunctionEventInvokeConfig', 'DeleteFunctionEventInvokeConfig'),
  ],
  'AWS::Lambda::EventSourceMapping': [
    ...of('lambda', 'CreateEventSourceMapping', 'GetEventSourceMapping', 'UpdateEventSourceMapping'),
    ...of('lambda', 'DeleteEventSourceMapping', 'TagResource', 'UntagResource', 'ListTags'),
  ],
  'AWS::Lambda::Function': [
    ...of('lambda', 'CreateFunction', 'GetFunction', 'DeleteFunction', 'UpdateFunctionCode'),
    ...of('lambda', 'UpdateFunctionConfiguration', 'PutFunctionConcurrency', 'DeleteFunctionConcurrency'),
    ...of('lambda', 'GetFunctionCodeSigningConfig', 'GetRuntimeManagementConfig'),
    ...of('lambda', 'TagResource', 'UntagResource', 'ListTags'),
    ...of('s3', 'GetObject', 'GetObjectVersion'),
    'iam:PassRole',
  ],
  'AWS::Lambda::Permission': of('lambda', 'AddPermission', 'RemovePermission', 'GetPolicy'),
  'AWS::Logs::LogGroup': [
    ...of('logs', 'CreateLogGroup', 'DeleteLogGroup', 'DescribeLogGroups', 'GetDataProtectionPolicy'),
    ...of('logs', 'PutRetentionPolicy', 'DeleteRetentionPolicy'),
    ...of('logs', 'TagResource', 'UntagResource', 'ListTagsForResource'),
  ],
  'AWS::Logs::MetricFilter': of('logs', 'PutMetricFilter', 'DescribeMetricFilters', 'DeleteMetricFilter'),
  'AWS::SNS::Subscription': [
    // Not in the registry yet; SNS's own API.
    ...of('sns', 'Subscribe', 'Unsubscribe', 'GetSubscriptionAttributes', 'SetSubscriptionAttributes'),
  ],
  'AWS::SNS::Topic': [
    ...of('sns', 'CreateTopic', 'DeleteTopic', 'GetTopicAttributes', 'GetDataProtectionPolicy'),
    ...of('sns', 'TagResource', 'UntagResource', 'ListTagsForResource', 'ListSubscriptionsByTopic'),
    ...setTopic,
  ],
  'AWS::SNS::TopicPolicy': setTopic,
  'AWS::SQS::Queue': [
    ...of('sqs', 'CreateQueue', 'DeleteQueue', 'GetQueueUrl', 'GetQueueAttributes'),
    ...of('sqs', 'TagQueue', 'UntagQueue', 'ListQueueTags'),
    ...setQueue,
  ],
  'AWS::SQS::QueuePolicy': setQueue,
  'AWS::Scheduler::Schedule': [
    ...of('scheduler', 'CreateSchedule', 'GetSchedule', 'UpdateSchedule', 'DeleteSchedule'),
    'iam:PassRole',
  ],
  'AWS::Scheduler::ScheduleGroup': [
    ...of('scheduler', 'CreateScheduleGroup', 'GetScheduleGroup', 'DeleteScheduleGroup', 'DeleteSchedule'),
    ...of('scheduler', 'TagResource', 'UntagResource', 'ListTagsForResource'),
  ],
  'AWS::SecretsManager::Secret': [
    ...of('secretsmanager', 'CreateSecret', 'DescribeSecret', 'UpdateSecret', 'DeleteSecret'),
    ...of('secretsmanager', 'GetSecretValue', 'GetRandomPassword', 'TagResource', 'UntagResource'),
  ],
};

/** Those of a network, which few stacks have. */
export const networkTypes: Readonly<Record<string, readonly string[]>> = {
  'AWS::EC2::EIP': [
    ...ec2('AllocateAddress', 'ReleaseAddress', 'DescribeAddresses', 'DisassociateAddress'),
    ...tagEc2,
  ],
  'AWS::EC2::InternetGateway': [
    ...ec2('CreateInternetGateway', 'DeleteInternetGateway', 'DescribeInternetGateways'),
    ...tagEc2,
  ],
  'AWS::EC2::NatGateway': [...ec2('CreateNatGateway', 'DeleteNatGateway', 'DescribeNatGateways'), ...tagEc2],
  'AWS::EC2::Route': ec2('CreateRoute', 'ReplaceRoute', 'DeleteRoute', 'DescribeRouteTables'),
  'AWS::EC2::RouteTable': [...ec2('CreateRouteTable', 'DeleteRouteTable', 'DescribeRouteTables'), ...tagEc2],
  'AWS::EC2::SecurityGroup': [
    ...ec2('CreateSecurityGroup', 'DeleteSecurityGroup', 'DescribeSecurityGroups', 'DescribeInstances'),
    ...ec2('AuthorizeSecurityGroupEgress', 'RevokeSecurityGroupEgress'),
    ...tagEc2,
  ],
  'AWS::EC2::Subnet': [
    ...ec2('CreateSubnet', 'DeleteSubnet', 'DescribeSubnets', 'ModifySubnetAttribute', 'DescribeNetworkAcls'),
    // Their zones: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-getavailabilityzones.html
    ...ec2('DescribeAvailabilityZones', 'DescribeAccountAttributes'),
    ...tagEc2,
  ],
  'AWS::EC2::SubnetRouteTableAssociation': [
    ...ec2('AssociateRouteTable', 'ReplaceRouteTableAssociation', 'DisassociateRouteTable'),
    ...ec2('DescribeSubnets', 'DescribeRouteTables'),
  ],
  'AWS::EC2::VPC': [
    ...ec2('CreateVpc', 'DeleteVpc', 'DescribeVpcs', 'ModifyVpcAttribute', 'DescribeVpcAttribute'),
    ...ec2('DescribeNetworkAcls', 'DescribeSecurityGroups'),
    ...tagEc2,
  ],
  'AWS::EC2::VPCEndpoint': ec2(
    ...['CreateVpcEndpoint', 'ModifyVpcEndpoint', 'DeleteVpcEndpoints', 'DescribeVpcEndpoints'],
  ),
  'AWS::EC2::VPCGatewayAttachment': ec2(
    ...['AttachInternetGateway', 'DetachInternetGateway', 'DescribeInternetGateways'],
  ),
  // A function in a network.
  'AWS::Lambda::Function': ec2(
    ...['DescribeSecurityGroups', 'DescribeSubnets', 'DescribeVpcs', 'DescribeNetworkInterfaces'],
  ),
};

/** Those of the CDK's own stack, as `cdk bootstrap` makes it without options. */
export const bootstrapTypes: Readonly<Record<string, readonly string[]>> = {
  'AWS::ECR::Repository': [
    ...of('ecr', 'CreateRepository', 'DeleteRepository', 'DescribeRepositories', 'SetRepositoryPolicy'),
    ...of('ecr', 'GetRepositoryPolicy', 'DeleteRepositoryPolicy', 'PutLifecyclePolicy', 'GetLifecyclePolicy'),
    ...of('ecr', 'DeleteLifecyclePolicy', 'PutImageScanningConfiguration', 'PutImageTagMutability'),
    ...of('ecr', 'TagResource', 'UntagResource', 'ListTagsForResource'),
  ],
  'AWS::IAM::Policy': rolePolicy,
  'AWS::IAM::Role': [...role, ...of('iam', 'AttachRolePolicy', 'DetachRolePolicy')],
  'AWS::S3::Bucket': [
    // It stays when its stack is deleted.
    ...of('s3', 'CreateBucket', 'ListBucket', 'GetBucket*', 'Get*Configuration', 'PutBucketAcl'),
    ...of('s3', 'PutBucketPublicAccessBlock', 'PutBucketVersioning', 'PutEncryptionConfiguration'),
    's3:PutLifecycleConfiguration',
  ],
  'AWS::S3::BucketPolicy': of('s3', 'GetBucket*', 'PutBucketPolicy', 'DeleteBucketPolicy'),
  'AWS::SSM::Parameter': [
    ...of('ssm', 'PutParameter', 'GetParameters', 'DeleteParameter'),
    ...of('ssm', 'AddTagsToResource', 'RemoveTagsFromResource'),
  ],
};
