import { afterAll, beforeAll, expect, it } from 'vitest';
import { readStack } from '../../../../../infra/local/emulator/template/read-stack.ts';
import { type Assembly, readAssembly } from '../../../../../infra/local/emulator/template/template.ts';
import { synthesize } from '../../../../../infra/local/run-locally.ts';
import { newFolder } from '../../../new-folder.ts';
import { place } from '../fixture.ts';

const folder = newFolder(afterAll);
let assembly: Assembly;

beforeAll(async () => {
  const integrationFile = 'test/infra/stack/everything.config.ts';
  const { directory, stackName } = await synthesize({ integrationFile, folder, environment: {} });
  assembly = readAssembly(directory, stackName);
});

it('reads the stack of a plant that uses every option of a deployment, without what it has in its account', () => {
  // Act
  const stack = readStack(assembly, place);

  // Assess
  expect([stack.functions.length, stack.mappings.length, stack.schedules.length]).toEqual([8, 2, 3]);
  expect(JSON.stringify(stack)).not.toMatch(/111122223333|203\.0\.113|192\.0\.2/);
});

/** Types and properties that make no difference here, whatever they say. */
const anything =
  /^AWS::(Budgets|CloudWatch|Logs|SNS::TopicPolicy|Scheduler::ScheduleGroup|Lambda::EventInvokeConfig|ApiGatewayV2::Stage)|\.(Tags|Replicas|\w+Throughput\w*|\w+Specification|AssumeRolePolicyDocument|RetryPolicy)\b/;

/** Each object in a value, with its path; those that compute a value are no properties. */
function objectsIn(value: unknown, path: string): { readonly path: string; readonly object: object }[] {
  if (typeof value !== 'object' || value === null || anything.test(path)) return [];
  if (Object.keys(value).some((key) => /^(Ref|Fn::\w+)$/.test(key))) return [];
  const inner = Object.entries(value).flatMap(([key, one]) => objectsIn(one, `${path}.${key}`));
  return Array.isArray(value) ? inner : [{ path, object: value }, ...inner];
}

it('refuses by its name a property that it does not know, however deep in any resource', () => {
  // Prepare
  const resources = Object.values(assembly.template.Resources);
  const objects = resources.flatMap(({ Type, Properties }) => objectsIn(Properties, Type));
  // Names in it are the plant's own.
  const known = objects.filter(({ path }) => !path.endsWith('.Environment.Variables'));

  // Act
  const refused = known.map(({ path, object }) => {
    Object.assign(object, { Nonsense: true });
    try {
      readStack(assembly, place);
      return `${path} is not refused`;
    } catch (error) {
      return String(error).includes('Nonsense') ? 'by its name' : String(error);
    } finally {
      Reflect.deleteProperty(object, 'Nonsense');
    }
  });

  // Assess
  expect(known.length).toBeGreaterThan(150);
  expect(refused.filter((outcome) => outcome !== 'by its name')).toEqual([]);
});
