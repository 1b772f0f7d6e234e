import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { awsClientOptions } from './lambda.ts';

export function createSnsClient(): SNSClient {
  return new SNSClient(awsClientOptions);
}

export type Topics = ReturnType<typeof createTopics>;

/** Mails by SNS to everybody who has confirmed a subscription to the topic. */
export function createTopics(client: Pick<SNSClient, 'send'>) {
  return {
    async publish(
      topicArn: string,
      { subject, text }: { readonly subject: string; readonly text: string },
    ): Promise<void> {
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }));
    },
  };
}
