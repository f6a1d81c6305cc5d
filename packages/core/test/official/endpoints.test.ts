/** The tables name the endpoints that the catalogue names, and call them in the same way. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { getHttpMethod, type Row, rows, type Shape } from '../../../../test/support/catalogue.ts';
import { bind, type Endpoint, list, type Paging } from '../../src/official/endpoint.ts';
import { endpoints } from '../../src/official/endpoints/index.ts';

const tables = new Map(list(endpoints));

const folder = new URL('../../src/official/endpoints/', import.meta.url);
const sources = new Map(
  readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder), 'utf8')]),
);
/** The text of every named type, up to the empty line behind it. */
const types = new Map(
  [...sources.values()]
    .flatMap((code) => [...code.matchAll(/^(?:export )?(?:interface|type) (\w+).*?(?=\n\n)/gms)])
    .map(([text, name = '']) => [name, text]),
);

/** The text of a row, up to the comment of the next, and of all types that it leads to. */
function readSource(name: string): string {
  const [file = '', ...rest] = name.split('.');
  const [constant, method] = [rest.at(-2) ?? file, rest.at(-1)];
  const table = new RegExp(`^(?:export )?const ${constant} = .*?^};`, 'ms');
  const row = new RegExp(`^ {2}${method}: .*?(?=^ {2}/\\*\\*|^};)`, 'ms');
  const code = row.exec(table.exec(sources.get(`${file}.ts`) ?? '')?.[0] ?? '')?.[0] ?? '';
  const reached = new Set([code]);
  for (const text of reached) {
    for (const [type] of text.matchAll(/\b[A-Z]\w+/g)) reached.add(types.get(type) ?? '');
  }
  return [...reached].join('\n');
}

/** How a row of the tables looks when the catalogue is followed. */
function expected(row: Row) {
  const { method, page, body, path, query, host, fixedQuery, tokenless, auth, contentType } = row;
  return {
    verb: page ? 'page' : method.toLowerCase(),
    method: getHttpMethod(row),
    path,
    query,
    body: listFields(body).length > 0 || typeof body === 'string',
    host,
    fixedQuery,
    tokenless,
    auth,
    contentType,
  };
}

function listFields(shape: Shape): string[] {
  if (typeof shape === 'string') return [];
  if (Array.isArray(shape)) return shape.flatMap(listFields);
  return Object.entries(shape).flatMap(([name, inside]) => [name, ...listFields(inside)]);
}

test('the tables and the catalogue have the same endpoints', () => {
  expect([...tables.keys()].sort()).toEqual(rows.map(({ name }) => name).sort());
});

test.each(rows.map((row) => [row.name, row] as const))(
  '%s is called as documented',
  (name, row) => {
    const {
      hash: _,
      filled: _filled,
      idempotent: _idempotent,
      paging: _paging,
      ...endpoint
    } = tables.get(name) as Endpoint;
    expect(endpoint).toEqual(expected(row));
  },
);

test('the client fills in only what the platform takes, and what it knows', () => {
  const known = ['{appid}', '{appsecret}', '{component_appid}', '{component_appsecret}'];
  const wrong = rows.flatMap(({ name, query, body }) => {
    const { filled = {} } = tables.get(name) as Endpoint;
    return Object.entries(filled).filter(
      ([key, value]) =>
        !(query.includes(key) || listFields(body).includes(key)) ||
        (value.startsWith('{') && !known.includes(value)),
    );
  });
  expect(wrong).toEqual([]);
});

test('a list is asked for with parameters that its row takes, and read where its answer has rows', () => {
  const paged = rows.filter(({ name }) => tables.get(name)?.paging);
  const wrong = paged.flatMap(({ name, query, body }) => {
    const { paging } = tables.get(name) as Endpoint;
    const { at, count, rows: path, next, total } = paging as Paging;
    const taken = [...query, ...listFields(body)];
    const source = readSource(name);
    return [
      ...[at, count].filter((one) => one !== undefined && !taken.includes(one)),
      ...[...path.split('.'), next, total].filter(
        (one) => one !== undefined && !new RegExp(`\\b${one}\\??:`).test(source),
      ),
    ].map((one) => `${name}: ${one}`);
  });
  expect(wrong).toEqual([]);
  expect(paged).toHaveLength(14);
});

test('no two endpoints are called in the same way', () => {
  const calls = [...tables.values()].map(({ method, host, path, fixedQuery }) =>
    JSON.stringify([method, host, path, fixedQuery]),
  );
  expect(calls.filter((call, index) => calls.indexOf(call) !== index)).toEqual([]);
});

test('every documented field of a body and a query stands in the types', () => {
  const missing = rows.flatMap(({ name, body, query }) => {
    const source = readSource(name);
    return [...listFields(body), ...query]
      .filter((field) => field !== '*' && !new RegExp(`\\b${field}\\??:`).test(source))
      .map((field) => `${name}: ${field}`);
  });
  expect(missing).toEqual([]);
});

test('pages that the platform opens in WeChat end in its hash', () => {
  const pages = [...tables].filter(([, { verb }]) => verb === 'page');
  expect(Object.fromEntries(pages.map(([name, { hash }]) => [name, hash]))).toEqual({
    'message.subscribe.buildAuthorizeUrl': 'wechat_redirect',
    'oauth2.buildAuthorizeUrl': 'wechat_redirect',
    'oauth2.buildQrConnectUrl': 'wechat_redirect',
    'component.buildLoginUrl': undefined,
    'component.buildMobileBindUrl': 'wechat_redirect',
  });
});

describe('bind', () => {
  const calls: unknown[] = [];
  const client = bind(endpoints, (endpoint, input) => {
    calls.push([endpoint, input]);
    return calls.length;
  });
  const called = (action: () => unknown) => {
    calls.length = 0;
    expect(action()).toBe(1);
    return calls;
  };

  test('makes a method of every row, once', () => {
    const names = (methods: object): string[] =>
      Object.entries(methods).flatMap(([name, method]) =>
        typeof method === 'function' ? [name] : names(method).map((rest) => `${name}.${rest}`),
      );
    expect(names(client)).toEqual([...tables.keys()]);
    expect(client.menu.create).toBe(client.menu.create);
  });

  test('hands over what each kind of method is given', () => {
    const { message, user, menu, ai, kf, media } = client;
    const button = [{ name: 'Today', type: 'click', key: 'TODAY' } as const];
    const form = { media: 'avatar.png' };
    expect(called(() => menu.create({ button }))).toEqual([
      [endpoints.menu.create, { body: { button } }],
    ]);
    expect(called(() => menu.get())).toEqual([[endpoints.menu.get, {}]]);
    expect(called(() => user.get({ openid: 'o1' }))).toEqual([
      [endpoints.user.get, { query: { openid: 'o1' } }],
    ]);
    expect(called(() => user.list())).toEqual([[endpoints.user.list, {}]]);
    expect(called(() => kf.uploadAvatar(form, { kf_account: 'a@b' }))).toEqual([
      [endpoints.kf.uploadAvatar, { body: form, query: { kf_account: 'a@b' } }],
    ]);
    expect(called(() => ai.queryVoiceResult({ voice_id: '1' }))).toEqual([
      [endpoints.ai.queryVoiceResult, { query: { voice_id: '1' } }],
    ]);
    expect(called(() => media.get({ media_id: '1' }))).toEqual([
      [endpoints.media.get, { query: { media_id: '1' } }],
    ]);
    expect(called(() => message.mass.get({ msg_id: '9007199254740993' }))).toEqual([
      [endpoints.message.mass.get, { body: { msg_id: '9007199254740993' } }],
    ]);
  });
});
