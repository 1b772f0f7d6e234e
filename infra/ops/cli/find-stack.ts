import { type CloudFormationClient, DescribeStacksCommand, type Stack } from '@aws-sdk/client-cloudformation';

/**
 * In a separate file, as a policy has to allow what a program imports.
 * @returns undefined where there is none. @throws the SDK's error for any other answer.
 */
export async function findStack(client: CloudFormationClient, name: string): Promise<Stack | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName: name }));
    return Stacks[0];
  } catch (error) {
    // CloudFormation answers an unknown name so.
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  }
}
