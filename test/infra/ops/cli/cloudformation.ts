import { startServer } from '../../../support/server.ts';

/** CloudFormation and STS (their query protocol), as far as commands call them for one stack; they end with the test. */
export async function startCloudFormation(
  stack: string,
  outputs: Readonly<Record<string, string>>,
  listed: readonly string[] = [stack],
) {
  const { url } = await startServer(({ body }) => {
    const asked = new URLSearchParams(body);
    if (asked.get('Action') === 'GetCallerIdentity')
      return { headers: { 'content-type': 'text/xml' }, body: caller };
    if (asked.get('Action') === 'ListStacks')
      return { headers: { 'content-type': 'text/xml' }, body: listOf(listed) };
    const known = asked.get('Action') === 'DescribeStacks' && asked.get('StackName') === stack;
    return {
      status: known ? 200 : 400,
      headers: { 'content-type': 'text/xml' },
      body: known ? described(stack, outputs) : unknown,
    };
  });
  return url;
}

function listOf(stacks: readonly string[]): string {
  const members = stacks.map((name) => `<member><StackName>${name}</StackName></member>`);
  return `<ListStacksResponse><ListStacksResult><StackSummaries>${members.join('')}</StackSummaries></ListStacksResult></ListStacksResponse>`;
}

/** Who asks. */
export const callerArn = 'arn:aws:sts::123456789012:assumed-role/operators/anna';
const caller = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>${callerArn}</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>`;

const unknown =
  '<ErrorResponse><Error><Type>Sender</Type><Code>ValidationError</Code><Message>Stack does not exist</Message></Error></ErrorResponse>';

function described(stack: string, outputs: Readonly<Record<string, string>>): string {
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${key}</OutputKey><OutputValue>${escaped(value)}</OutputValue></member>`,
  );
  return `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>${stack}</StackName><CreationTime>2026-11-24T08:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>${members.join('')}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;
}

function escaped(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
