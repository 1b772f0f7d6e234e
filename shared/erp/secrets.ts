import * as z from 'zod/mini';

/** Where an API key is sent, if nothing else is said. */
export const apiKeyHeader = 'X-API-Key';

export const secretText = z.string().check(z.minLength(1));
const user = { username: 'the integration user', password: 'its password' };
const client = { clientId: 'the OAuth client', clientSecret: 'its secret' };

/** The secret of these fields, each with what to write there. */
export function secretOf<Field extends string>(example: Readonly<Record<Field, string>>) {
  const fields = Object.keys(example).map((field) => [field, secretText]);
  const shape: Record<Field, typeof secretText> = Object.fromEntries(fields);
  return { schema: z.object(shape), example };
}

/** Shape of the secret for each kind of login, with what to write there. */
export const secrets = {
  apiKey: secretOf({ apiKey: 'the API key' }),
  basic: secretOf(user),
  bearer: secretOf({ token: 'the access token' }),
  none: secretOf({}),
  session: secretOf(user),
  oauth2ClientCredentials: secretOf(client),
  oauth2Password: secretOf({ ...client, ...user }),
};
