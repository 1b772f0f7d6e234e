import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { awsClientOptions } from './lambda.ts';

export function createSnsClient(): SNSClient {
  return new SNSClient(awsClientOptions);
}

/** Mails to everybody who has confirmed a subscription to the topic. */
export async function publish(
  sns: Pick<SNSClient, 'send'>,
  TopicArn: string,
  Subject: string,
  Message: string,
) {
  await sns.send(new PublishCommand({ TopicArn, Subject, Message }));
}
