import {
  CfnEIP,
  CfnSecurityGroup,
  GatewayVpcEndpointAwsService,
  IpAddresses,
  NatProvider,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct, type IDependable } from 'constructs';
import type { CompleteDeployment } from '../../shared/integration/deployment.ts';
import { acknowledge } from './nag.ts';

/** Where the functions that call the ERP stand. */
export interface Placement {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** Without it nothing gets out of the network. */
  readonly after?: IDependable;
}

/**
 * The network from which the ERP is called, if the plant wants one: its own, whose calls all come from one
 * fixed public address that the ERP's firewall can let in, or one that exists (VPN, Direct Connect).
 */
export class Network extends Construct {
  readonly placement: Placement | undefined;
  /** The fixed public address, where it is the stack's. */
  readonly address: string | undefined;

  constructor(scope: Construct, id: string, wanted: CompleteDeployment['network']) {
    super(scope, id);
    if (wanted === 'none') return;
    if ('subnetIds' in wanted) {
      this.placement = wanted;
      return;
    }
    const address =
      wanted.allocationId === undefined ? new CfnEIP(this, 'Address', { domain: 'vpc' }) : undefined;
    const allocationId = address?.attrAllocationId ?? wanted.allocationId;
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(wanted.cidr),
      maxAzs: 2,
      natGateways: 1,
      natGatewayProvider: NatProvider.gateway({
        eipAllocationIds: allocationId === undefined ? [] : [allocationId],
      }),
      subnetConfiguration: [
        { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
        { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 26 },
      ],
      // Free, and keeps the ledger's traffic off the address translation, which is billed by the gigabyte.
      gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
      // Would add a function of the CDK's own to the stack. Nothing is in the default group.
      restrictDefaultSecurityGroup: false,
    });
    acknowledge(vpc, {
      'AwsSolutions::AwsSolutions-VPC7':
        'Nothing is in it but functions that only call out, and their own logs tell of each call.',
    });
    const group = new CfnSecurityGroup(this, 'Group', {
      groupDescription: 'Functions that call the ERP: outgoing only',
      vpcId: vpc.vpcId,
      securityGroupEgress: [
        {
          ipProtocol: 'tcp',
          fromPort: 1,
          toPort: 65_535,
          cidrIp: '0.0.0.0/0',
          description: 'The ERP, on whatever port it has, and AWS',
        },
      ],
    });
    const { subnetIds, internetConnectivityEstablished } = vpc.selectSubnets({
      subnetType: SubnetType.PRIVATE_WITH_EGRESS,
    });
    this.placement = {
      subnetIds,
      securityGroupIds: [group.attrGroupId],
      after: internetConnectivityEstablished,
    };
    this.address = address?.attrPublicIp;
  }
}
