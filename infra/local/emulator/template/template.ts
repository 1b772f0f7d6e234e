import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { describeMismatches, parse } from '../../../../shared/platform/validation.ts';

/** One stack of a synthesized CDK app (`cdk.out`), as read from disk. */
export type Assembly = ReturnType<typeof readAssembly>;

const unreadPart = z.optional(z.unknown());
/** What is not here would change what the stack has: a condition of a resource, a mapping, a transform. */
const templateSchema = z.strictObject({
  Description: unreadPart,
  // They check the version of the bootstrap stack.
  Parameters: unreadPart,
  Rules: unreadPart,
  Resources: z.record(
    z.string(),
    z.strictObject({
      Type: z.string(),
      Properties: z._default(z.record(z.string(), z.unknown()), {}),
      DependsOn: unreadPart,
      DeletionPolicy: unreadPart,
      UpdateReplacePolicy: unreadPart,
      Metadata: unreadPart,
    }),
  ),
  Outputs: z._default(
    z.record(z.string(), z.strictObject({ Value: z.unknown(), Description: unreadPart, Export: unreadPart })),
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
  const { files } = parseJsonFile(assetManifestSchema, join(directory, `${stackName}.assets.json`));
  return {
    directory,
    stackName,
    template: parseJsonFile(templateSchema, join(directory, `${stackName}.template.json`)),
    /** Bundles that would be uploaded, by the S3Keys under which the template names them. */
    assets: Object.fromEntries(
      Object.values(files).flatMap(({ source: { path }, destinations }) =>
        path === undefined
          ? []
          : Object.values(destinations).map(({ objectKey }) => [objectKey, join(directory, path)]),
      ),
    ),
  };
}

function parseJsonFile<T>(schema: z.ZodMiniType<T>, file: string): T {
  const parsed = parse(schema, JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.ok) throw new Error(`${file}: ${describeMismatches(parsed.mismatches)}.`);
  return parsed.value;
}

/** Where the stack seems to be deployed. */
export interface StackPlace {
  readonly region: string;
  readonly accountId: string;
  /** The one AWS endpoint (`http://127.0.0.1:4566`); queue URLs start with it. */
  readonly awsEndpoint: string;
  readonly apiUrl: string;
}

/** The ARN of each type of resource (CloudFormation's resource reference, "Return values" of each type). */
function arnsOf(name: string, { region, accountId }: StackPlace): Readonly<Record<string, string>> {
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
    'AWS::SecretsManager::Secret': `secretsmanager:${here}:secret:${name}-${stableHash(name, 6)}`,
    'AWS::ApiGatewayV2::Api': `apigateway:${region}::/apis/${stableHash(name, 10)}`,
    // It has none.
    'AWS::ApiGatewayV2::Integration': '',
  };
  return Object.fromEntries(Object.entries(arns).map(([type, arn]) => [type, `arn:aws:${arn}`]));
}

/** All names of a resource, which is named `<stack>-<logicalId>`. One of a type to which nothing refers has no ARN. */
function namesOf(Type: string, logicalId: string, stackName: string, place: StackPlace) {
  const name = `${stackName}-${logicalId}`;
  const arn = arnsOf(name, place)[Type] ?? '';
  const refs: Readonly<Record<string, string>> = {
    'AWS::SQS::Queue': `${place.awsEndpoint}/${place.accountId}/${name}`,
    'AWS::ApiGatewayV2::Api': stableHash(name, 10),
    'AWS::SNS::Topic': arn,
    'AWS::SecretsManager::Secret': arn,
  };
  return { Type, logicalId, name, arn, /** What `Ref` gives. */ ref: refs[Type] ?? name };
}

export type Names = ReturnType<typeof namesOf>;

/** Letters and digits that are the same on every run. */
const stableHash = (text: string, length: number) =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

const intrinsicSchema = z.union([
  z.strictObject({ Ref: z.string() }),
  z.strictObject({ 'Fn::GetAtt': z.tuple([z.string(), z.string()]) }),
  z.strictObject({ 'Fn::Join': z.tuple([z.string(), z.array(z.unknown())]) }),
  z.strictObject({ 'Fn::Sub': z.string() }),
]);

/** What a template's values refer to, as it is at `place`. */
export class References {
  readonly names: ReadonlyMap<string, Names>;
  readonly #place: StackPlace;
  readonly #pseudo: Readonly<Record<string, string>>;

  constructor({ template, stackName }: Assembly, place: StackPlace) {
    const types = Object.entries(template.Resources);
    this.names = new Map(types.map(([id, { Type }]) => [id, namesOf(Type, id, stackName, place)]));
    this.#place = place;
    this.#pseudo = {
      'AWS::Region': place.region,
      'AWS::AccountId': place.accountId,
      'AWS::Partition': 'aws',
      'AWS::StackName': stackName,
    };
  }

  /**
   * A template value without intrinsic functions: Ref, Fn::GetAtt, Fn::Join and Fn::Sub of references are computed as
   * CloudFormation does.
   * @throws Error with the path of any other function, or of one that is used in another form.
   */
  resolve(value: unknown, path: string): unknown {
    if (Array.isArray(value)) return value.map((element, at) => this.resolve(element, `${path}[${at}]`));
    if (typeof value !== 'object' || value === null) return value;
    const [name = '', ...more] = Object.keys(value);
    if (more.length === 0 && /^(Ref|Condition|Fn::.*)$/.test(name))
      return this.#compute(value, `${path}.${name}`);
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => [key, this.resolve(inner, `${path}.${key}`)]),
    );
  }

  #compute(value: object, path: string): string {
    const { data: call } = intrinsicSchema.safeParse(value);
    if (!call)
      throw new Error(
        `${path}: local runs cannot compute this; use Ref or Fn::Sub with a text, Fn::GetAtt or Fn::Join with a list, or teach infra/local/emulator/template/template.ts.`,
      );
    if ('Ref' in call) return this.#ref(call.Ref, path);
    if ('Fn::Sub' in call)
      return call['Fn::Sub'].replace(/\$\{([^}]*)\}/g, (_, ref: string) => this.#ref(ref, path));
    if ('Fn::GetAtt' in call) return this.#attribute(...call['Fn::GetAtt'], path);
    const [delimiter, parts] = call['Fn::Join'];
    return parts.map((part) => String(this.resolve(part, path))).join(delimiter);
  }

  #ref(name: string, path: string): string {
    return this.#pseudo[name] ?? this.#target(name, path).ref;
  }

  #attribute(logicalId: string, attribute: string, path: string): string {
    const { Type, arn } = this.#target(logicalId, path);
    if (attribute === 'Arn') return arn;
    if (attribute === 'ApiEndpoint' && Type === 'AWS::ApiGatewayV2::Api') return this.#place.apiUrl;
    throw new Error(`${path}: local runs do not know ${attribute} of ${Type} (${logicalId}).`);
  }

  #target(logicalId: string, path: string): Names {
    const names = this.names.get(logicalId);
    if (!names) throw new Error(`${path}: the template has no resource ${logicalId}.`);
    if (names.arn !== '') return names;
    throw new Error(`${path}: local runs do not know what ${names.Type} (${logicalId}) refers to.`);
  }
}
