import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redacted, redactedText, shownPayload } from '../../../../infra/ops/cli/redact.ts';
import type { WebhookChannel } from '../../../../shared/alerts/dependencies.ts';

const secret = 'hunter2hunter2';

/** Texts of others that were shown whole once. */
const leaked = [
  `mysql -p${secret} u`.replace(secret, `${secret}9`),
  `Passwort lautet ${secret}`,
  `the password was '${secret}'`,
  `contraseña: ${secret}`,
  `hasło: ${secret}`,
  `odoo api key is ${secret}`,
  `postgres://u:p@ss${secret}@host/db`,
  `B1SESSION=${secret}`,
  `sap-usercontext=..; MYSAPSSO2=${secret}`,
  `x-functions-key: ${secret}`,
  `Ocp-Apim-Subscription-Key: ${secret}`,
  `X-Auth-Key: ${secret}`,
  `X-Amz-Signature=${secret}`,
  `Authorization: Negotiate ${secret}`,
  `Authorization: AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/2026/x, Signature=${secret}`,
  `"password" => "${secret}"`,
  `<password>${secret}</password>`,
  `<Password xsi:type="string">${secret}</Password>`,
  `password%3D${secret}`,
  `pass:${secret}`,
  `otp=${secret}`,
  `ghp_${secret}${secret}`,
  `xoxb-123456789012-${secret}`,
  `sk_live_${secret}0000`,
  `npm_${secret}${secret}`,
  `glpat-${secret}abcd`,
  `<operator>${secret}</operator>`,
  `operator=${secret}&number=MO/1`,
];

/** Addresses of webhooks as each channel of the alerts gives them, with the token in their path. */
const webhookAddresses: Readonly<Record<WebhookChannel, readonly string[]>> = {
  slack: [
    `https://hooks.slack.com/services/T0/B0/${secret}`,
    `https://hooks.slack.com/triggers/T0/1/${secret}`,
  ],
  teams: [
    `https://plant.webhook.office.com/webhookb2/1@2/IncomingWebhook/${secret}/3`,
    `https://prod-1.westeurope.logic.azure.com:443/workflows/${secret}/triggers/manual/paths/invoke`,
    `https://default1.a2.environment.api.powerplatform.com:443/powerautomate/automations/direct/workflows/${secret}/triggers/manual/paths/invoke`,
  ],
  webhook: [
    `https://discord.com/api/webhooks/123456/${secret}`,
    `https://discordapp.com/api/v10/webhooks/123456/${secret}/slack`,
    `https://chat.example.com/hooks/${secret}`,
    `https://chat.example.com/hooks/r0ck3t/${secret}`,
    `https://hooks.zapier.com/hooks/catch/123456/${secret}/`,
    `https://hook.eu1.make.com/${secret}`,
    `https://api.telegram.org/bot123456:${secret}/sendMessage`,
    `https://webexapis.com/v1/webhooks/incoming/${secret}`,
  ],
};

describe('redacting a payload', () => {
  it.each(
    [
      'password|passwd|pwd|Passwort|Kennwort|wachtwoord|paswoord|mot de passe|mdp|apiKey|api_key',
      "X-Api-Key|DOLAPIKEY|API-sleutel|API-Schlüssel|clé d'API|privateKey|access_token|csrfToken",
      'jeton|clientSecret|geheim|credentials|Zugangsdaten|identifiants|Authorization|Set-Cookie',
      'session_id|sessionId|signature|Handtekening|Unterschrift|operator|operator_name|Opérateur',
      'user|userName|Benutzer|Mitarbeiter|gebruikersnaam|utilisateur|employee|employé|email|e-mail',
      'courriel|createdBy|completed_by|signedBy|erstelltVon|geprüft durch|ondertekend door',
      'signé par|contraseña|otp|sid|bearer|x-functions-key|subscriptionKey|connectionString|dsn|Monteur',
      'Werknemer|Naam|naam medewerker|gereed gemeld door|Prüfer|Geprüft von|inspector|Inspecteur|technicien',
      'technician|technieker|assembler|by|who|author|initials|Initialen|paraaf|Paraphe|Badge|badgeId',
      'personnelNumber|Personeelsnummer|employeeNo|phone|telefoon|firstName|lastName|voornaam|achternaam',
      'contactPerson|Opgesteld door|performedBy|executor|shiftLeader|signatureImage',
    ].flatMap((names) => names.split('|')),
  )('hides the value of %s, however deep', (name) => {
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

  it('hides a value whose name stands next to it', () => {
    const parameters = [
      { key: 'Wachtwoord', value: secret },
      { key: 'Quantity', value: 5 },
    ];
    expect(redacted(parameters)).toEqual([
      { key: 'Wachtwoord', value: '•••' },
      { key: 'Quantity', value: 5 },
    ]);
  });

  it.each([
    { label: 'Operator', value: secret },
    { key: 'operator', text: secret },
    { name: 'Sign-off', values: [secret] },
    { name: { en: 'Check', nl: 'Paraaf' }, value: secret },
    { title: 'Paraaf', value: secret },
    { type: 'signature', value: secret },
    { name: 'Signoff QA', answer: { text: secret } },
    [['operator', secret]],
    { headers: [['X-Api-Key', secret]] },
  ])('hides what belongs to a name beside it: %j', (pair) => {
    expect(JSON.stringify(redacted(pair))).not.toContain(secret);
    expect(JSON.stringify(redacted(pair))).toContain('•••');
  });

  it('keeps what identifies a booking, and what a plant makes', () => {
    const payload = {
      key: 'SarLiLeyuNWgw3Tai#quantity',
      kind: 'booking',
      erpOrder: { number: '00/7', id: '1' },
      attributes: {
        compass: true,
        standby: 'no',
        'Front door': 'Left',
        'Garage door': 'Right',
        standardLength: 3,
        Schlüsselweite: 13,
        customer: 'Müller',
        workplace: 3,
      },
      steps: [{ name: 'User manual', value: 'added' }],
    };
    expect(redacted(payload)).toEqual(payload);
  });

  it.each([
    ...[`Authorization: Bearer ${secret}`, `Authorization: ApiKey ${secret}`, `authorization=${secret}`],
    ...[
      `{"Authorization":"Basic ${secret}"}`,
      `Cookie: session=${secret}`,
      `Set-Cookie: sid=${secret}; Path=/`,
    ],
    ...[`X-Api-Key: ${secret}`, `DOLAPIKEY: ${secret}`, `API-sleutel: ${secret}`, `API-Schlüssel: ${secret}`],
    ...[
      `clé API : ${secret}`,
      `client_secret=${secret}`,
      `secretAccessKey = "${secret}"`,
      `jeton: ${secret}`,
    ],
    ...[
      `sap-passwd=${secret}`,
      `pwd=${secret}`,
      `Passwort: ${secret}`,
      `wachtwoord=${secret}`,
      `mdp=${secret}`,
    ],
    ...[
      `password ${secret} is wrong`,
      `Kennwort "${secret}" ist falsch`,
      `mot de passe ${secret} est incorrect`,
    ],
    ...[`https://u:${secret}@erp.example.com/api`, `https://${secret}@erp.example.com/api`],
    ...[`https://erp.example.com/?api_key=${secret}&number=MO/1`, `https://a.example/?code=${secret}`],
    ...[`https://a.logic.azure.com/workflows/1?sp=x&sig=${secret}`],
    ...[`GET /webhooks/azumuta/product-order-completed/${secret}?number=1`],
    ...[`the answer was {"password": "x, ${secret}"}`, `{\\"token\\":\\"${secret}\\"}`],
    ...leaked,
    ...Object.values(webhookAddresses).flat(),
    ...[`-----BEGIN RSA PRIVATE KEY----- ${secret} -----END`, `got eyJhbGciOiJIUzI1NiJ9.eyJzdWIi.${secret}`],
  ])('hides a credential within a text: %s', (text) => {
    expect(redactedText(text)).not.toContain(secret);
    expect(redactedText(text)).toContain('•••');
  });

  it.each([
    'Sandbox ERP failed (503) at order MO/0002.',
    'Azumuta has no article GEAR-99: create it, token or not (key: see the order 12/3).',
    'The password is wrong. Das Passwort ist falsch. Het wachtwoord is verkeerd. Le mot de passe est incorrect.',
    'Basic Assembly 2 of GEAR-01; Bearer plate; Schraubenschlüssel: 13; Sleutel: 13; Clé dynamométrique: 45 Nm',
    'ERP credentials: is set. $.apiKey: found missing, expected string.',
    'It is locked by another user: ask it@plant.example, or see https://app.azumuta.com/orders/SarLi?number=MO/1',
    'The pass rate was 98 %. Session 12 of the operators is on Monday: compass, bypass and standby are checked.',
  ])('leaves a sentence as it is: %s', (sentence) => {
    expect(redactedText(sentence)).toBe(sentence);
  });

  it('hides a PIN, and leaves the pin of a machine', () => {
    expect(redactedText('PIN: 483920 is wrong')).toBe('PIN: ••• is wrong');
    expect(redactedText('Dowel pin: 13 mm')).toBe('Dowel pin: 13 mm');
  });

  it.each([
    ['JSON', JSON.stringify({ productOrder: { number: 'MO/1', who: 'Jan', checker: 'Jan' }, note: 'Jan' })],
    ['a form', 'number=MO%2F1&qui=Jan&checker=Jan&note=Jan+P'],
    ['XML', '<order><number>MO/1</number><checker>Jan</checker></order>'],
  ])('shows of a call of others only the fields on a list: %s', (_, body) => {
    const call = {
      kind: 'webhook-call',
      method: 'POST',
      rawQueryString: 'recordingId=r1&gecheckt=Jan',
      bodyBase64: Buffer.from(body).toString('base64'),
    };
    const shown = shownPayload(JSON.stringify(call));
    expect(shown).toMatch(/"rawQueryString": "recordingId=r1&gecheckt=•••"/);
    expect(shown).toMatch(/MO(?:\/|%2F)1/);
    expect(shown).toContain('checker');
    expect(shown).not.toContain('Jan');
  });

  it('leaves numbers of orders, articles and lots in sentences as they are', () => {
    const number = fc.stringMatching(/^[A-Z]{1,4}[/-]?\d{1,8}(?:[-/. ][A-Z\d]{1,4})?$/);
    const texts = [
      '# is locked.',
      'No article #: create it.',
      'Lot #: 5 u of #',
      '{"number":"#","article":"#"}',
      '#=#&#',
    ];
    const written = fc
      .tuple(fc.constantFrom(...texts), number)
      .map(([text, one]) => text.replaceAll('#', one));
    fc.assert(fc.property(written, (text) => redactedText(text) === text));
  });

  it('does not take long over a text that is made for it', () => {
    for (const part of ['token', 'token ', 'Bearer ', '//', 'password"', 'authorization']) {
      const text = part.repeat(250_000 / part.length);
      expect(redactedText(text).length).toBeGreaterThan(0);
    }
  });

  it('shows text that is not JSON as it is', () => {
    expect(shownPayload('<xml>not json</xml>')).toBe('<xml>not json</xml>');
  });
});
