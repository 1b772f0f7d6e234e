import { createHash } from 'node:crypto';
import * as z from 'zod/mini';
import { type LocalStack, statementSchema } from './stack.ts';

export const credentialsSchema = z.object({
  accessKeyId: z.string(),
  secretAccessKey: z.string(),
  sessionToken: z.exactOptional(z.string()),
});

/** What an AWS client signs with. Good for the local endpoint only. */
export type LocalCredentials = z.infer<typeof credentialsSchema>;

export const principalSchema = z.object({
  kind: z.enum(['operator', 'function']),
  /** Function's name, or `operator`. */
  name: z.string(),
  /** What IAM calls it in a refusal. */
  arn: z.string(),
  credentials: credentialsSchema,
  statements: z.array(statementSchema),
  managedPolicies: z.array(z.string()),
});

/** Who signs: each function with the rights of its role, and the operator, who may do everything. */
export type Principal = z.infer<typeof principalSchema>;

/** Everybody who may call AWS in this stack. Keys are derived from names, so that they survive a restart. */
export function principalsOf(stack: LocalStack): Principal[] {
  const operator: Principal = {
    kind: 'operator',
    name: 'operator',
    arn: `arn:aws:iam::${stack.accountId}:user/operator`,
    credentials: keyFor(`${stack.name}/operator`),
    statements: [{ effect: 'Allow', actions: ['*'], notActions: [], resources: ['*'], notResources: [] }],
    managedPolicies: [],
  };
  const functions = stack.functions.map((lambda): Principal => {
    const role = stack.roles.find(({ arn }) => arn === lambda.roleArn);
    return {
      kind: 'function',
      name: lambda.name,
      arn: `arn:aws:sts::${stack.accountId}:assumed-role/${role?.name ?? 'unknown'}/${lambda.name}`,
      credentials: { ...keyFor(`${stack.name}/function/${lambda.name}`), sessionToken: 'local' },
      statements: role?.statements ?? [],
      managedPolicies: role?.managedPolicies ?? [],
    };
  });
  return [operator, ...functions];
}

function keyFor(owner: string): { accessKeyId: string; secretAccessKey: string } {
  const digest = createHash('sha256').update(owner).digest('hex');
  return { accessKeyId: `LOCA${digest.slice(0, 16).toUpperCase()}`, secretAccessKey: digest.slice(16, 56) };
}
