import {
  type CloudFormationClient,
  paginateListStacks,
  type StackStatus,
} from '@aws-sdk/client-cloudformation';

/** A stack that is there, whatever its last update came to. */
const liveStatuses = [
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_IN_PROGRESS',
  'UPDATE_ROLLBACK_COMPLETE',
  'UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS',
  'UPDATE_ROLLBACK_FAILED',
  'UPDATE_ROLLBACK_IN_PROGRESS',
  'UPDATE_FAILED',
  'IMPORT_COMPLETE',
] as const satisfies readonly StackStatus[];

/** The names of the integration's stacks in the client's region. In a separate file, as `find-stack.ts` is. */
export async function listStacks(client: CloudFormationClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { StackSummaries = [] } of paginateListStacks(
    { client },
    { StackStatusFilter: [...liveStatuses] },
  ))
    names.push(
      ...StackSummaries.flatMap(({ StackName = '' }) =>
        StackName.startsWith('AzumutaErp-') ? StackName : [],
      ),
    );
  return names.sort();
}
