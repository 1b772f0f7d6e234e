import { createHash } from 'node:crypto';
import type { Template } from './cloud-assembly.ts';

/** Where the stack seems to be deployed. */
export interface Place {
  readonly stackName: string;
  readonly region: string;
  readonly accountId: string;
  /** The one AWS endpoint (`http://127.0.0.1:4566`); queue URLs start with it. */
  readonly awsEndpoint: string;
  /** Where the HTTP API answers. */
  readonly apiUrl: string;
}

/** The identity of a resource before it exists: its name, ARN, `Ref` and `Fn::GetAtt` values. */
interface Identity {
  readonly name: string;
  readonly arn: string;
  readonly ref: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A type whose Ref is the name. */
function named(nameProperty: string, service: string, arnName: (name: string) => string) {
  return kindOf(nameProperty, (name, _, { region, accountId }) => {
    const arn = `arn:aws:${service}:${service === 'iam' ? '' : region}:${accountId}:${arnName(name)}`;
    return { name, arn, ref: name, attributes: { Arn: arn } };
  });
}

/** @param nameProperty Property that holds an explicit name. */
function kindOf(nameProperty: string, identify: (name: string, logicalId: string, place: Place) => Identity) {
  return { nameProperty, identify };
}

/**
 * The values of `Ref` and `Fn::GetAtt` for each resource type that others may refer to
 * (CloudFormation's resource reference, "Return values" of each type).
 */
const kinds: Readonly<Record<string, ReturnType<typeof kindOf>>> = {
  'AWS::SQS::Queue': kindOf('QueueName', (name, _, { region, accountId, awsEndpoint }) => {
    const arn = `arn:aws:sqs:${region}:${accountId}:${name}`;
    const url = `${awsEndpoint}/${accountId}/${name}`;
    return { name, arn, ref: url, attributes: { Arn: arn, QueueName: name, QueueUrl: url } };
  }),
  'AWS::SecretsManager::Secret': kindOf('Name', (name, logicalId, { region, accountId }) => {
    // Secrets Manager ends every ARN with six random characters; here they are stable.
    const arn = `arn:aws:secretsmanager:${region}:${accountId}:secret:${name}-${fingerprint(logicalId, 6)}`;
    return { name, arn, ref: arn, attributes: { Id: arn } };
  }),
  'AWS::ApiGatewayV2::Api': kindOf('Name', (name, logicalId, { region, apiUrl }) => {
    const id = fingerprint(logicalId, 10);
    const arn = `arn:aws:apigateway:${region}::/apis/${id}`;
    return { name, arn, ref: id, attributes: { ApiId: id, ApiEndpoint: apiUrl } };
  }),
  'AWS::SNS::Topic': kindOf('TopicName', (name, _, { region, accountId }) => {
    const arn = `arn:aws:sns:${region}:${accountId}:${name}`;
    return { name, arn, ref: arn, attributes: { TopicArn: arn, TopicName: name } };
  }),
  'AWS::Lambda::Function': named('FunctionName', 'lambda', (name) => `function:${name}`),
  'AWS::DynamoDB::Table': named('TableName', 'dynamodb', (name) => `table/${name}`),
  'AWS::DynamoDB::GlobalTable': named('TableName', 'dynamodb', (name) => `table/${name}`),
  'AWS::IAM::Role': named('RoleName', 'iam', (name) => `role/${name}`),
  'AWS::Logs::LogGroup': named('LogGroupName', 'logs', (name) => `log-group:${name}:*`),
  'AWS::Scheduler::Schedule': named('Name', 'scheduler', (name) => `schedule/default/${name}`),
};

/** Types whose Ref is mentioned by other resources, but does not matter in a local run. */
const opaque = /^AWS::(ApiGatewayV2|Lambda|CloudWatch|Events|SNS|Logs)::/;

export type Names = ReturnType<typeof namesOf>;

/** Identities of all resources, and the function that resolves a template's references to them. */
export function namesOf(template: Template, place: Place) {
  const pseudo: Record<string, string> = {
    'AWS::Region': place.region,
    'AWS::AccountId': place.accountId,
    'AWS::Partition': 'aws',
    'AWS::URLSuffix': 'amazonaws.com',
    'AWS::StackName': place.stackName,
    'AWS::StackId': `arn:aws:cloudformation:${place.region}:${place.accountId}:stack/${place.stackName}/local`,
  };
  const resolve: Resolve = (value, path) => resolved(value, lookUp, path);

  function identify(logicalId: string, path: string): Identity {
    const resource = template.Resources[logicalId];
    if (!resource) throw new Error(`${path}: the template has no resource or parameter ${logicalId}.`);
    const kind = kinds[resource.Type];
    const unnamed = `${place.stackName}-${logicalId}`;
    if (kind) {
      const given = resource.Properties?.[kind.nameProperty];
      const at = `Resources.${logicalId}.Properties.${kind.nameProperty}`;
      return kind.identify(given === undefined ? unnamed : String(resolve(given, at)), logicalId, place);
    }
    if (opaque.test(resource.Type)) return { name: unnamed, arn: '', ref: unnamed, attributes: {} };
    throw new Error(
      `${path}: local runs do not know what ${resource.Type} (${logicalId}) refers to; teach infra/local/emulator/template/physical-names.ts.`,
    );
  }

  function lookUp(name: string, attribute: string | undefined, path: string): string {
    const value = pseudo[name] ?? template.Parameters?.[name]?.Default;
    if (attribute === undefined) return value === undefined ? identify(name, path).ref : String(value);
    const found = identify(name, path).attributes[attribute];
    if (found !== undefined) return found;
    throw new Error(
      `${path}: local runs do not know ${attribute} of ${template.Resources[name]?.Type} (${name}).`,
    );
  }

  return { identify, resolve };
}

/** Lower-case letters and digits that are the same on every run. */
export function fingerprint(text: string, length: number): string {
  return BigInt(`0x${createHash('sha256').update(text).digest('hex')}`)
    .toString(36)
    .slice(0, length);
}

/** The value of `{ Ref: name }`, pseudo parameters (`AWS::Region`) included, or of an attribute of Fn::GetAtt. */
type LookUp = (name: string, attribute: string | undefined, path: string) => string;

/**
 * A template value without intrinsic functions: Ref, Fn::GetAtt, Fn::Join and Fn::Sub of references are computed as
 * CloudFormation does.
 * @throws Error with the path of any other function, or of one that is used in another form.
 */
type Resolve = (value: unknown, path: string) => unknown;

function resolved(value: unknown, lookUp: LookUp, path: string): unknown {
  if (Array.isArray(value)) return value.map((element, at) => resolved(element, lookUp, `${path}[${at}]`));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [[name, argument] = ['', undefined], ...others] = entries;
  if (others.length === 0 && /^(Ref|Condition|Fn::.*)$/.test(name)) {
    return compute(name, argument, lookUp, `${path}.${name}`);
  }
  return Object.fromEntries(entries.map(([key, inner]) => [key, resolved(inner, lookUp, `${path}.${key}`)]));
}

function compute(name: string, argument: unknown, lookUp: LookUp, path: string): string {
  switch (name) {
    case 'Ref':
      return lookUp(text(argument, path), undefined, path);
    case 'Fn::GetAtt': {
      const [logicalId, attribute] = list(argument, path);
      return lookUp(text(logicalId, path), text(attribute, path), path);
    }
    case 'Fn::Join': {
      const [delimiter, parts] = list(argument, path);
      return list(resolved(parts, lookUp, path), path)
        .map((part) => (typeof part === 'number' ? String(part) : text(part, path)))
        .join(text(delimiter, path));
    }
    case 'Fn::Sub':
      return text(argument, path).replace(/\$\{([^}]*)\}/g, (_, ref: string) => lookUp(ref, undefined, path));
    default:
      throw new Error(
        `${path}: local runs cannot compute ${name}; use Ref, Fn::GetAtt, Fn::Join or Fn::Sub, or teach infra/local/emulator/template/physical-names.ts.`,
      );
  }
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${path}: expected text, found ${JSON.stringify(value)}.`);
}

function list(value: unknown, path: string): unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`${path}: expected a list, found ${JSON.stringify(value)}.`);
}
