import { describe, expect, it } from 'vitest';
import { redacted, redactedText, shownPayload } from '../../../../infra/ops/cli/redact.ts';

describe('redacting a payload', () => {
  it.each([
    'password',
    'apiKey',
    'api_key',
    'X-Api-Key',
    'access_token',
    'clientSecret',
    'Authorization',
    'Set-Cookie',
  ])('hides the value of %s, however deep', (name) => {
    expect(JSON.stringify(redacted({ a: [{ [name]: 's3cret', number: 'MO/1' }] }))).toBe(
      JSON.stringify({ a: [{ [name]: '•••', number: 'MO/1' }] }),
    );
  });

  it('hides the people who recorded and signed, and keeps what was recorded', () => {
    const recording = {
      operator: 'An Peeters',
      steps: [
        { name: 'Signature', value: 'An Peeters' },
        { name: 'Handtekening', personal: true, value: 'An Peeters' },
        { name: 'Good quantity', value: 5 },
        { name: 'Design check', value: 'Ok' },
      ],
    };
    expect(redacted(recording)).toEqual({
      operator: '•••',
      steps: [
        { name: 'Signature', value: '•••' },
        { name: 'Handtekening', personal: true, value: '•••' },
        { name: 'Good quantity', value: 5 },
        { name: 'Design check', value: 'Ok' },
      ],
    });
  });

  it('keeps what identifies a booking', () => {
    const payload = {
      key: 'SarLiLeyuNWgw3Tai#quantity',
      kind: 'booking',
      erpOrder: { number: '00/7', id: '1' },
    };
    expect(redacted(payload)).toEqual(payload);
  });

  it.each([
    ['Authorization: Bearer abc.def-123', 'abc.def-123'],
    ['https://user:pa55@erp.example.com/api', 'pa55'],
    ['GET /webhooks/azumuta/product-order-completed/t0kent0kent0ken?number=1', 't0kent0kent0ken'],
    ['https://erp.example.com/?api_key=k3y&number=MO/1', 'k3y'],
    ['the answer was {"password": "pa55"}', 'pa55'],
  ])('hides a credential within a text: %s', (text, secret) => {
    expect(redactedText(text)).not.toContain(secret);
    expect(redactedText(text)).toContain('•••');
  });

  it('leaves sentences as they are', () => {
    const sentence = 'Azumuta has no article GEAR-99: create it, token or not (key: see the order 12/3).';
    expect(redactedText('Sandbox ERP failed (503) at order MO/0002.')).toBe(
      'Sandbox ERP failed (503) at order MO/0002.',
    );
    expect(redactedText(sentence)).toContain('Azumuta has no article GEAR-99: create it');
  });

  it('shows text that is not JSON as it is', () => {
    expect(shownPayload('<xml>not json</xml>')).toBe('<xml>not json</xml>');
  });
});
