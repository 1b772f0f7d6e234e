import type { Stack } from 'aws-cdk-lib';
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

/** The network in which the functions that call the ERP run. */
export interface Placement {
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
  /** The functions are created after it: before, nothing reaches the internet from their subnets. */
  readonly after?: IDependable;
}

interface Network {
  readonly placement?: Placement;
  /** The fixed public address, where it is the stack's. */
  readonly address?: string | undefined;
}

type OwnNetwork = Extract<CompleteDeployment['network'], { readonly fixedAddress: true }>;

/** From which the ERP is called: a new one, with one fixed address, or one that exists (VPN, Direct Connect). */
export function createNetwork(stack: Stack, wanted: CompleteDeployment['network']): Network {
  if (wanted === 'none') return {};
  if ('subnetIds' in wanted) return { placement: wanted };
  const scope = new Construct(stack, 'Network');
  const address = wanted.allocationId ? undefined : new CfnEIP(scope, 'Address', { domain: 'vpc' });
  const vpc = createVpc(scope, wanted, address);
  const group = new CfnSecurityGroup(scope, 'Group', {
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
  const { subnetIds, internetConnectivityEstablished: after } = vpc.selectSubnets({
    subnetType: SubnetType.PRIVATE_WITH_EGRESS,
  });
  return {
    placement: { subnetIds, securityGroupIds: [group.attrGroupId], after },
    address: address?.attrPublicIp,
  };
}

function createVpc(scope: Construct, { cidr, allocationId }: OwnNetwork, address: CfnEIP | undefined): Vpc {
  const vpc = new Vpc(scope, 'Vpc', {
    ipAddresses: IpAddresses.cidr(cidr),
    maxAzs: 2,
    natGateways: 1,
    natGatewayProvider: NatProvider.gateway({
      eipAllocationIds: [allocationId ?? address?.attrAllocationId ?? []].flat(),
    }),
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 28, mapPublicIpOnLaunch: false },
      { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 26 },
    ],
    // Free, and keeps the ledger's traffic off the address translation, which is billed by the gigabyte.
    gatewayEndpoints: { DynamoDb: { service: GatewayVpcEndpointAwsService.DYNAMODB } },
    // True would add a function of the CDK's own to the stack. Nothing is in the default group.
    restrictDefaultSecurityGroup: false,
  });
  acknowledge(vpc, {
    'AwsSolutions::AwsSolutions-VPC7':
      'It contains only functions that call out, and their own logs record each call.',
  });
  return vpc;
}
