/** The bad half of the table: what must be refused, and what only looks bad. */
import { createCipheriv } from 'node:crypto';
import type { Sent } from '../support/http.ts';
import * as platform from '../support/platform.ts';
import { badBodies } from './bad-bodies.ts';
import { accounts, type Case, type Expected, saying, sending, text } from './deliveries.ts';

type To = Case['to'];
const MiB = 2 ** 20;

/** A parameter is spoilt, everything else stays right. */
const damages: Record<string, (value: string) => string | string[] | undefined> = {
  missing: () => undefined,
  empty: () => '',
  wrong: (value) => value.slice(0, -1) + (value.endsWith('1') ? '2' : '1'),
  repeated: (value) => [value, value],
  'over-long': (value) => value.padEnd(4000, '7'),
};

const sources = {
  verification: () => platform.verification(accounts.plain),
  'plain delivery': () => platform.plain(accounts.plain, text('hello')),
  'safe delivery': () => platform.safe(accounts.safe, text('hello')),
};

const parameters: readonly (readonly [source: keyof typeof sources, parameter: string, to: To])[] =
  [
    ...['signature', 'timestamp', 'nonce', 'echostr'].map(
      (parameter) => ['verification', parameter, 'plain'] as const,
    ),
    ...['signature', 'timestamp', 'nonce'].map(
      (parameter) => ['plain delivery', parameter, 'plain'] as const,
    ),
    ...['signature', 'timestamp', 'nonce', 'msg_signature', 'encrypt_type'].map(
      (parameter) => ['safe delivery', parameter, 'safe'] as const,
    ),
  ];

/** Nothing signs echostr, and what has no signature may be another's. */
const exceptions: Record<string, Expected> = {
  'verification with missing echostr': 400,
  'verification with empty echostr': 400,
  'verification with wrong echostr': { echo: '4375120948345356241' },
  'verification with missing signature': 'not ours',
  'plain delivery with missing signature': 'not ours',
};

const spoilt: readonly Case[] = parameters.flatMap(([source, parameter, to]) =>
  Object.entries(damages).map(([damage, spoil]) => ({
    name: `${source} with ${damage} ${parameter}`,
    to,
    sent: () => spoilQuery(sources[source](), parameter, damage, spoil, accounts[to].token),
    expected: exceptions[`${source} with ${damage} ${parameter}`] ?? 401,
  })),
);

function spoilQuery(
  { method, query, body }: platform.Delivery,
  parameter: string,
  damage: string,
  spoil: (value: string) => string | string[] | undefined,
  token: string,
): Sent {
  const { [parameter]: value = '', ...rest } = query;
  const changed = spoil(value);
  const spoiltQuery: Sent['query'] =
    changed === undefined ? rest : { ...rest, [parameter]: changed };
  const { timestamp, nonce } = spoiltQuery;
  // Over-long values are signed, so that only their length can be what is refused.
  if (damage === 'over-long' && ['timestamp', 'nonce'].includes(parameter)) {
    spoiltQuery['signature'] = platform.sha1(token, String(timestamp), String(nonce));
  }
  return { method, query: spoiltQuery, body };
}

/** Puts any text into the Encrypt tag, rightly signed. */
function signedEncrypt(Encrypt: string, token: string = accounts.safe.token): Sent {
  const signed = platform.signedQuery(token);
  const msg_signature = platform.sha1(token, signed.timestamp, signed.nonce, Encrypt);
  return {
    method: 'POST',
    query: { ...signed, encrypt_type: 'aes', msg_signature },
    body: platform.writeXml({ ToUserName: platform.GH, Encrypt }),
  };
}

/** Encrypts bytes without any envelope. */
function rawEncrypt(bytes: Buffer): string {
  const key = Buffer.from(`${accounts.safe.encodingAESKey}=`, 'base64');
  const cipher = createCipheriv('aes-256-cbc', key, key.subarray(0, 16)).setAutoPadding(false);
  return Buffer.concat([cipher.update(bytes), cipher.final()]).toString('base64');
}

const xml = platform.writeXml(text('hello'));
const filled = (byte: number, size = 64) => rawEncrypt(Buffer.alloc(size, byte));

/** All in the safe mode, with a right msg_signature. */
const ciphertexts: Record<string, () => string> = {
  'not base64': () => '这不是 base64!',
  'of a wrong length': () => Buffer.alloc(48).toString('base64'),
  'of length 0': () => '====',
  'with padding 0': () => filled(0),
  'with padding 33': () => filled(33),
  'with padding over everything': () => filled(32, 32),
  'with a length beyond its end': () =>
    rawEncrypt(Buffer.concat([Buffer.alloc(16), Buffer.alloc(4, 255), Buffer.alloc(44, 1)])),
  'for another appid': () =>
    platform.encrypt({ ...accounts.safe, appid: 'wx0000000000000000' }, xml),
  'for a longer appid': () =>
    platform.encrypt({ ...accounts.safe, appid: `${accounts.safe.appid}0` }, xml),
  'with another key': () =>
    platform.encrypt({ ...accounts.safe, encodingAESKey: 'A'.repeat(43) }, xml),
};

const replaceBody = (delivery: Sent, pattern: string | RegExp, by: string): Sent => ({
  ...delivery,
  body: String(delivery.body).replace(pattern, by),
});

const forgeries: readonly (readonly [
  name: string,
  to: To,
  sent: () => Sent,
  expected: Expected,
])[] = [
  ['unsigned message', 'plain', () => ({ method: 'POST', query: {}, body: xml }), 'not ours'],
  ['unsigned GET', 'plain', () => ({ method: 'GET', query: { echostr: '1' } }), 'not ours'],
  ['plaintext in the safe mode', 'safe', () => platform.plain(accounts.safe, xml), 401],
  [
    'plaintext in the safe mode that says encrypt_type=raw',
    'safe',
    () => {
      const { query, ...rest } = platform.safe(accounts.safe, xml);
      return { ...rest, query: { ...query, encrypt_type: 'raw' }, body: xml };
    },
    401,
  ],
  [
    'plaintext that says encrypt_type=aes',
    'safe',
    () => ({ ...platform.safe(accounts.safe, xml), body: xml }),
    401,
  ],
  [
    'encrypted message without a key',
    'plain',
    () => signedEncrypt(platform.encrypt(accounts.safe, xml), accounts.plain.token),
    401,
  ],
  [
    'msg_signature of another token',
    'safe',
    () => signedEncrypt(platform.encrypt(accounts.safe, xml), 'Other'),
    401,
  ],
  [
    'Encrypt of another delivery',
    'safe',
    () =>
      replaceBody(
        platform.safe(accounts.safe, xml),
        /CDATA\[[^\]]{40,}/,
        `CDATA[${platform.encrypt(accounts.safe, xml)}`,
      ),
    401,
  ],
  [
    'plain fields changed beside Encrypt',
    'compatible',
    () => replaceBody(platform.compatible(accounts.compatible, text('hello')), 'hello', 'forged'),
    saying('You said: hello'),
  ],
  [
    'Encrypt with no msg_signature',
    'compatible',
    () => ({ ...platform.plain(accounts.compatible, xml), body: signedEncrypt('x').body }),
    401,
  ],
  [
    'message without Encrypt',
    'compatible',
    () => platform.plain(accounts.compatible, xml),
    saying('You said: hello'),
  ],
  ...['PUT', 'DELETE', 'PATCH'].map(
    (method) =>
      [method, 'plain', () => ({ ...platform.plain(accounts.plain, xml), method }), 405] as const,
  ),
];

const documents: readonly Case[] = Object.entries(badBodies).flatMap(([name, [body, expected]]) => [
  { name, to: 'plain', sent: () => platform.plain(accounts.plain, body), expected },
  {
    name: `encrypted: ${name}`,
    to: 'safe',
    sent: () => platform.safe(accounts.safe, body),
    expected,
  },
]);

const huge = (to: To) => sending[to](accounts[to], text('x'.repeat(2 * MiB)));
const inChunks = (sent: Sent): Sent => ({
  ...sent,
  body: String(sent.body).match(/.{1,65536}/gs) ?? [],
});
const tooLarge: readonly Case[] = (['plain', 'safe'] as const).flatMap((to) =>
  (['close', 'keep-alive'] as const).flatMap((connection): Case[] => [
    {
      name: `${to}: body of 2 MB, connection: ${connection}`,
      to,
      sent: () => ({ ...huge(to), connection }),
      expected: 413,
    },
    {
      name: `${to}: body of 2 MB in chunks, connection: ${connection}`,
      to,
      sent: () => ({ ...inChunks(huge(to)), connection }),
      expected: 413,
    },
  ]),
);

/** Changes a query; everything else stays right. An undefined value takes a parameter out. */
type Change = Record<string, string | string[] | undefined>;

const AES: Change = { encrypt_type: 'aes', msg_signature: 'a'.repeat(40) };
const twice = (value: string) => [value, value];
const WRONG = 'f'.repeat(40);

/** Queries that must be refused in every mode. */
const wrongQueries: readonly (readonly [name: string, change: Change])[] = [
  ['an empty signature', { signature: '' }],
  ['a wrong signature', { signature: WRONG }],
  ['a signature given twice', { signature: twice(WRONG) }],
  ['a signature of 5 000 characters', { signature: 'f'.repeat(5000) }],
  ['no timestamp', { timestamp: undefined }],
  ['a timestamp that is a word', { timestamp: 'now' }],
  ['a timestamp with a sign', { timestamp: '-1' }],
  ['a timestamp of 21 digits', { timestamp: '1'.repeat(21) }],
  ['no nonce', { nonce: undefined }],
  ['an empty nonce', { nonce: '' }],
  ['an encrypt_type that is not known', { encrypt_type: 'rsa' }],
  ['msg_signature, and no signature', { ...AES, signature: undefined }],
  ['msg_signature, and an empty signature', { ...AES, signature: '' }],
  ['msg_signature, and a wrong signature', { ...AES, signature: WRONG }],
  ['encrypt_type=aes, and no msg_signature', { encrypt_type: 'aes' }],
  ['encrypt_type=aes, and an empty msg_signature', { ...AES, msg_signature: '' }],
  ['encrypt_type=aes, and msg_signature given twice', { ...AES, msg_signature: twice(WRONG) }],
];

/** Signs what is left to be signed, so that nothing but the change is wrong. */
function changeQuery(token: string, change: Change): Sent['query'] {
  const query: Change = { ...platform.signedQuery(token), ...change };
  if (!('signature' in change)) {
    query['signature'] = platform.sha1(token, String(query['timestamp']), String(query['nonce']));
  }
  return Object.fromEntries(
    Object.entries(query).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

const withoutBody = (to: To, method: string, change: Change): Sent => ({
  method,
  query: changeQuery(accounts[to].token, change),
});

/** Refusals for which nothing of a body may be read: none is given here. */
export const refusedUnread: readonly Case[] = (['plain', 'safe', 'compatible'] as const).flatMap(
  (to) => [
    ...wrongQueries.map(
      ([what, change]): Case => ({
        name: `${to}: ${what}`,
        to,
        sent: () => withoutBody(to, 'POST', change),
        expected: 401,
      }),
    ),
    ...['PUT', 'DELETE'].map(
      (method): Case => ({
        name: `${to}: ${method}, rightly signed`,
        to,
        sent: () => withoutBody(to, method, {}),
        expected: 405,
      }),
    ),
    {
      name: `${to}: ${to === 'safe' ? 'a delivery that is not encrypted' : 'PATCH, signed wrongly'}`,
      to,
      sent: () =>
        to === 'safe'
          ? withoutBody(to, 'POST', {})
          : withoutBody(to, 'PATCH', { signature: WRONG }),
      expected: to === 'safe' ? 401 : 405,
    },
    ...(to === 'plain'
      ? [
          {
            name: 'plain: an encrypted delivery, rightly signed, where there is no key',
            to,
            sent: () => withoutBody(to, 'POST', AES),
            expected: 401,
          },
        ]
      : []),
  ],
);

export const badDeliveries: readonly Case[] = [
  ...spoilt,
  ...Object.entries(ciphertexts).map(
    ([name, make]): Case => ({
      name: `Encrypt ${name}`,
      to: 'safe',
      sent: () => signedEncrypt(make()),
      expected: 401,
    }),
  ),
  ...forgeries.map(([name, to, sent, expected]): Case => ({ name, to, sent, expected })),
  ...documents,
  ...tooLarge,
];
