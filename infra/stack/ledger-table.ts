import { RemovalPolicy, type Stack } from 'aws-cdk-lib';
import { AttributeType, Billing, ProjectionType, TableEncryptionV2, TableV2 } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { ledgerIndexes, ledgerTimeToLive } from '../../shared/ledger/keys.ts';

/** The ledger's table: on demand, recoverable to any second, and not deleted with a production stack. */
export function createLedgerTable(stack: Stack, production: boolean, generation: number): TableV2 {
  // Another generation is another table: infra/RUNBOOK.md, "Bringing a ledger back".
  return new TableV2(new Construct(stack, 'Ledger'), generation === 1 ? 'Table' : `Table${generation}`, {
    partitionKey: { name: 'pk', type: AttributeType.STRING },
    sortKey: { name: 'sk', type: AttributeType.STRING },
    // Ten times what a backlog needs: a bound for what a flood with a valid key can cost.
    billing: Billing.onDemand({ maxReadRequestUnits: 1000, maxWriteRequestUnits: 500 }),
    encryption: TableEncryptionV2.dynamoOwnedKey(),
    timeToLiveAttribute: ledgerTimeToLive,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    deletionProtection: production,
    // Also after a first deployment that failed: CloudFormation could not delete what is protected.
    removalPolicy: production ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    globalSecondaryIndexes: Object.values(ledgerIndexes).map((index) => ({
      indexName: index.name,
      partitionKey: { name: index.partition, type: AttributeType.STRING },
      sortKey: {
        name: index.sort,
        type: index.sortType === 'N' ? AttributeType.NUMBER : AttributeType.STRING,
      },
      projectionType: ProjectionType.KEYS_ONLY,
    })),
  });
}
