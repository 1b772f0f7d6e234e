import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import { awsClientOptions } from './lambda.ts';

/** Mails by SNS to everybody who has confirmed a subscription to the topic. */
export interface Topics {
  readonly publish: (
    topicArn: string,
    mail: { readonly subject: string; readonly text: string },
  ) => Promise<void>;
}

export function createSnsClient(): SNSClient {
  return new SNSClient(awsClientOptions);
}

export function createTopics(client: Pick<SNSClient, 'send'>): Topics {
  return {
    async publish(topicArn, { subject, text }) {
      await client.send(new PublishCommand({ TopicArn: topicArn, Subject: subject, Message: text }));
    },
  };
}
