import published from './handlers.json' with { type: 'json' };

/**
 * What CloudFormation itself calls to create, read, change and delete a resource of each type, as its registry tells it
 * (`aws cloudformation describe-type --type RESOURCE --type-name AWS::SQS::Queue`, `handlers`). Source and date of the
 * copy stand in it.
 */
const handlers = new Map<string, { readonly read?: string; readonly change: string }>(
  Object.entries(published.types),
);

/** What no registry tells, by type: what a type without handlers calls, and what a service calls for its caller. */
const besides: Readonly<Record<string, string>> = {
  // The first domain of an account: https://docs.aws.amazon.com/apigateway/latest/developerguide/using-service-linked-roles.html
  'AWS::ApiGatewayV2::DomainName': 'iam:CreateServiceLinkedRole',
  // Access logs: https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging.html
  'AWS::ApiGatewayV2::Stage':
    'logs:CreateLogDelivery logs:DeleteLogDelivery logs:DescribeLogGroups logs:DescribeResourcePolicies logs:GetLogDelivery logs:ListLogDeliveries logs:PutResourcePolicy logs:UpdateLogDelivery',
  // GetFunction leaves the tags out without it: https://docs.aws.amazon.com/lambda/latest/api/API_GetFunction.html
  'AWS::Lambda::Function': 'lambda:ListTags',
  // In no registry yet: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
  'AWS::Budgets::Budget':
    'budgets:ModifyBudget budgets:ViewBudget budgets:TagResource budgets:UntagResource budgets:ListTagsForResource',
  // Their zones: https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-getavailabilityzones.html
  'AWS::EC2::Subnet': 'ec2:DescribeAvailabilityZones ec2:DescribeAccountAttributes',
};

/** What of the read handlers, which run after each change, belongs to nothing that a stack here has. */
const unusedOfReads = [
  // Keys of customers; an API from a file in a bucket; networks of VPC Lattice.
  / kms:/,
  /^AWS::ApiGatewayV2::Api s3:GetObject$/,
  / vpc-lattice:/,
  // What DynamoDB's handler counts of itself: IAM could not tell it from writing any metric.
  / cloudwatch:PutMetricData$/,
];

/** The same of the handlers that change something: properties that no stack here sets. */
const unusedOfChanges = [
  ...unusedOfReads,
  // Encryption with keys of customers, and policies of a resource's own.
  /KmsKey$|ResourcePolicy$|DataProtectionPolicy$|PermissionsBoundary$/,
  // Tables: replicas, streams, insights, scaling, imported data.
  / (kinesis:|application-autoscaling:(?!Describe)|dynamodb:.*(Replica|Kinesis|Insights|Item$|Query|Scan))/,
  /^AWS::DynamoDB::GlobalTable iam:/,
  // Functions: layers, file systems, capacity providers, signed code, versions, limits of recursion and runtime.
  / (elasticfilesystem|s3files):/,
  /^AWS::Lambda::Function lambda:(Publish|Pass|.*CodeSigningConfig$|GetLayer|Put(?!FunctionConcurrency))/,
  // Logs: indexes, delivery to others, tokens, protection from deletion.
  /^AWS::Logs::LogGroup (firehose|s3|logs:(CreateLogDelivery|.*IndexPolicy|PutBearer|PutLogGroupDeletion))/,
  // Roles that API Gateway or SNS take; subscriptions written into their topic; replicas of secrets.
  /^AWS::(ApiGatewayV2::Integration|SNS::\w+) iam:/,
  /^AWS::SNS::Topic sns:(Subscribe|Unsubscribe)$/,
  /RegionsFromReplication$|ReplicateSecretToRegions$/,
  // Policies of users and groups.
  / iam:\w+(Group|User)Policy$/,
  // Networks: other addresses, incoming rules, IPv6, encryption, VPN, tenancy.
  / ec2:(\w*NatGatewayAddress|(Attach|Detach)VpnGateway|AcceptAddressTransfer|AssociateAddress)$/,
  / ec2:(\w*Ingress|UpdateSecurityGroupRule\w*|\w*SubnetCidrBlock|CreateVpcEncryptionControl|ModifyVpcTenancy)$/,
  / vpce:/,
  // The bucket of the CDK: what its template does not set, and its end, as it stays.
  / s3tables:|^AWS::S3::Bucket (iam|s3:(Delete|Update|Create(?!Bucket$)|TagResource|UntagResource|PutObject))/,
  /^AWS::S3::Bucket s3:Put(?!(BucketAcl|BucketPublicAccessBlock|BucketVersioning|EncryptionConfiguration|LifecycleConfiguration)$)/,
];

/** The roles of a plant's stack get no policy that exists already; those of the CDK's own do. */
const ownPolicies = / iam:(Attach|Detach)RolePolicy$/;

/**
 * The actions that resources of these types need.
 * @param attached Whether roles are given policies that exist.
 * @throws Error for a type that is neither in the copy of the registry nor named above.
 */
export function actionsFor(types: readonly string[], { attached = false } = {}): string[] {
  const unused = attached ? unusedOfChanges : [...unusedOfChanges, ownPolicies];
  const needed = (type: string, actions: string | undefined, but: readonly RegExp[]) =>
    (actions ?? '')
      .split(' ')
      .filter((action) => action && !but.some((one) => one.test(`${type} ${action}`)));
  return types.flatMap((type) => {
    const known = handlers.get(type);
    if (!known && besides[type] === undefined) throw new Error(`${type} is not in handlers.json.`);
    return [
      ...needed(type, known?.read, unusedOfReads),
      ...needed(type, known?.change, unused),
      ...needed(type, besides[type], []),
    ];
  });
}
