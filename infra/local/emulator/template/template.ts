import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';

/** One stack of a synthesized CDK app (`cdk.out`), as read from disk. */
export type Assembly = ReturnType<typeof readAssembly>;

const leftOut = z.optional(z.unknown());
/** What is not here would change what the stack has: a condition of a resource, a mapping, a transform. */
const templateSchema = z.strictObject({
  Description: leftOut,
  // They check the version of the bootstrap stack.
  ...{ Parameters: leftOut, Rules: leftOut },
  Resources: z.record(
    z.string(),
    z.strictObject({
      Type: z.string(),
      Properties: z._default(z.record(z.string(), z.unknown()), {}),
      ...{ DependsOn: leftOut, DeletionPolicy: leftOut, UpdateReplacePolicy: leftOut, Metadata: leftOut },
    }),
  ),
  Outputs: z._default(
    z.record(z.string(), z.strictObject({ Value: z.unknown(), Description: leftOut, Export: leftOut })),
    {},
  ),
});

export type Template = z.infer<typeof templateSchema>;

const assetManifestSchema = z.object({
  files: z.record(
    z.string(),
    z.object({
      source: z.object({ path: z.optional(z.string()) }),
      destinations: z.record(z.string(), z.object({ objectKey: z.string() })),
    }),
  ),
});

/** Reads the template and the asset manifest of a stack. The CDK names both files by the stack's id, which is its name. */
export function readAssembly(directory: string, stackName: string) {
  const { files } = read(assetManifestSchema, join(directory, `${stackName}.assets.json`));
  return {
    directory,
    stackName,
    template: read(templateSchema, join(directory, `${stackName}.template.json`)),
    /** Bundles that would be uploaded, each with the S3Keys under which the template names it. */
    assets: Object.values(files).flatMap(({ source, destinations }) => {
      const objectKeys = Object.values(destinations).map(({ objectKey }) => objectKey);
      return source.path === undefined ? [] : [{ path: join(directory, source.path), objectKeys }];
    }),
  };
}

function read<T>(schema: z.ZodMiniType<T>, file: string): T {
  const parsed = parse(schema, JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.ok) throw new Error(`${file}: ${describeMismatches(parsed.mismatches)}.`);
  return parsed.value;
}

/** Where the stack seems to be deployed. */
export interface Place {
  readonly region: string;
  readonly accountId: string;
  /** The one AWS endpoint (`http://127.0.0.1:4566`); queue URLs start with it. */
  readonly awsEndpoint: string;
  readonly apiUrl: string;
}

/** The ARN of each type of resource (CloudFormation's resource reference, "Return values" of each type). */
function arnsOf(name: string, { region, accountId }: Place): Readonly<Record<string, string>> {
  const here = `${region}:${accountId}`;
  const arns = {
    'AWS::Lambda::Function': `lambda:${here}:function:${name}`,
    'AWS::DynamoDB::GlobalTable': `dynamodb:${here}:table/${name}`,
    'AWS::Logs::LogGroup': `logs:${here}:log-group:${name}:*`,
    'AWS::Scheduler::Schedule': `scheduler:${here}:schedule/default/${name}`,
    'AWS::Scheduler::ScheduleGroup': `scheduler:${here}:schedule-group/${name}`,
    'AWS::IAM::Role': `iam::${accountId}:role/${name}`,
    'AWS::SQS::Queue': `sqs:${here}:${name}`,
    'AWS::SNS::Topic': `sns:${here}:${name}`,
    // Secrets Manager ends every ARN with six random characters; here they are stable.
    'AWS::SecretsManager::Secret': `secretsmanager:${here}:secret:${name}-${fingerprint(name, 6)}`,
    'AWS::ApiGatewayV2::Api': `apigateway:${region}::/apis/${fingerprint(name, 10)}`,
    // It has none.
    'AWS::ApiGatewayV2::Integration': '',
  };
  return Object.fromEntries(Object.entries(arns).map(([type, arn]) => [type, `arn:aws:${arn}`]));
}

function refOf(type: string, name: string, arn: string, { awsEndpoint, accountId }: Place): string {
  if (type === 'AWS::SQS::Queue') return `${awsEndpoint}/${accountId}/${name}`;
  if (type === 'AWS::ApiGatewayV2::Api') return fingerprint(name, 10);
  return ['AWS::SNS::Topic', 'AWS::SecretsManager::Secret'].includes(type) ? arn : name;
}

/** Letters and digits that are the same on every run. */
const fingerprint = (text: string, length: number) =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

/** Types that make no difference to a local run: monitoring, budgets, retention of logs, and access for others. */
const makingNoDifference = [
  'AWS::Budgets::Budget',
  'AWS::CloudWatch::Alarm',
  'AWS::Logs::LogGroup',
  'AWS::Logs::MetricFilter',
  'AWS::Scheduler::ScheduleGroup',
  'AWS::SNS::TopicPolicy',
];

/** A template's resources and values, as they are at `place`. Every resource is named `<stack>-<logicalId>`. */
export class Resources {
  readonly #assembly: Assembly;
  readonly #place: Place;
  /** Types that were read, or can be left out. */
  readonly #known = new Set(makingNoDifference);

  constructor(assembly: Assembly, place: Place) {
    this.#assembly = assembly;
    this.#place = place;
  }

  /** @throws Error for a property that the schema does not have. */
  ofType<T>(type: string, schema: z.ZodMiniType<T>) {
    this.#known.add(type);
    return Object.entries(this.#assembly.template.Resources)
      .filter(([, { Type }]) => Type === type)
      .map(([logicalId, { Properties }]) => {
        const at = `Resources.${logicalId}.Properties`;
        const parsed = parse(schema, this.resolve(Properties, at));
        if (parsed.ok) return { logicalId, at, properties: parsed.value };
        const what = describeMismatches(parsed.mismatches);
        throw new Error(
          `${at} (${type}): ${what}. Local runs know nothing else; teach infra/local/emulator/template/supported-properties.ts.`,
        );
      });
  }

  /** Those of a type that has a name and an ARN. */
  named<T>(type: string, schema: z.ZodMiniType<T>) {
    return this.ofType(type, schema).map(({ logicalId, ...found }) => {
      const { ref, ...names } = this.#identify(logicalId, logicalId);
      return { ...found, common: { logicalId, ...names }, ref };
    });
  }

  /** @throws Error for a resource whose type was not read, and that local runs cannot leave out. */
  refuseOthers(): void {
    const other = Object.entries(this.#assembly.template.Resources).find(
      ([, { Type }]) => !this.#known.has(Type),
    );
    if (!other) return;
    throw new Error(
      `Resources.${other[0]}: local runs do not imitate ${other[1].Type}; teach infra/local/emulator/template/read-stack.ts.`,
    );
  }

  /** @param path Where the template refers to the resource. */
  #identify(logicalId: string, path: string) {
    const type = this.#assembly.template.Resources[logicalId]?.Type;
    if (type === undefined) throw new Error(`${path}: the template has no resource ${logicalId}.`);
    const name = `${this.#assembly.stackName}-${logicalId}`;
    const arn = arnsOf(name, this.#place)[type];
    if (arn !== undefined) return { name, arn, ref: refOf(type, name, arn, this.#place) };
    throw new Error(
      `${path}: local runs do not know what ${type} (${logicalId}) refers to; teach infra/local/emulator/template/template.ts.`,
    );
  }

  /**
   * A template value without intrinsic functions: Ref, Fn::GetAtt, Fn::Join and Fn::Sub of references are computed as
   * CloudFormation does.
   * @throws Error with the path of any other function, or of one that is used in another form.
   */
  resolve(value: unknown, path: string): unknown {
    if (Array.isArray(value)) return value.map((element, at) => this.resolve(element, `${path}[${at}]`));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value);
    const [[name, argument] = ['', undefined]] = entries;
    if (entries.length === 1 && /^(Ref|Condition|Fn::.*)$/.test(name))
      return this.#compute(name, argument, `${path}.${name}`);
    return Object.fromEntries(entries.map(([key, inner]) => [key, this.resolve(inner, `${path}.${key}`)]));
  }

  #compute(name: string, argument: unknown, path: string): string {
    switch (name) {
      case 'Ref':
        return this.#ref(text(argument, path), path);
      case 'Fn::GetAtt': {
        const [logicalId, attribute] = texts(argument, path);
        return this.#attribute(logicalId ?? '', attribute ?? '', path);
      }
      case 'Fn::Join': {
        const [delimiter, parts] = Array.isArray(argument) ? argument : [];
        return texts(this.resolve(parts, path), path).join(text(delimiter, path));
      }
      case 'Fn::Sub':
        return text(argument, path).replace(/\$\{([^}]*)\}/g, (_, ref: string) => this.#ref(ref, path));
      default:
        throw new Error(
          `${path}: local runs cannot compute ${name}; use Ref, Fn::GetAtt, Fn::Join or Fn::Sub, or teach infra/local/emulator/template/template.ts.`,
        );
    }
  }

  #ref(name: string, path: string): string {
    const { region, accountId } = this.#place;
    const pseudo: Readonly<Record<string, string>> = {
      ...{ 'AWS::Region': region, 'AWS::AccountId': accountId },
      ...{ 'AWS::Partition': 'aws', 'AWS::StackName': this.#assembly.stackName },
    };
    return pseudo[name] ?? this.#identify(name, path).ref;
  }

  #attribute(logicalId: string, attribute: string, path: string): string {
    const { arn } = this.#identify(logicalId, path);
    const type = this.#assembly.template.Resources[logicalId]?.Type;
    if (attribute === 'Arn') return arn;
    if (attribute === 'ApiEndpoint' && type === 'AWS::ApiGatewayV2::Api') return this.#place.apiUrl;
    throw new Error(`${path}: local runs do not know ${attribute} of ${type} (${logicalId}).`);
  }
}

function text(value: unknown, path: string): string {
  if (typeof value === 'string') return value;
  throw new Error(`${path}: expected text, found ${JSON.stringify(value)}.`);
}

function texts(value: unknown, path: string): string[] {
  if (Array.isArray(value)) return value.map((one) => text(one, path));
  throw new Error(`${path}: expected a list, found ${JSON.stringify(value)}.`);
}
