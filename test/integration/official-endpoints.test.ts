/** Every endpoint, called over HTTP: what arrives is what the catalogue says. */
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ComponentClient, OfficialClient } from '@wechat-mp/core/official';
import { getHttpMethod, type Row, rows, type Shape } from '../support/catalogue.ts';
import {
  type OfficialPlatform,
  type Recorded,
  startOfficialPlatform,
} from '../support/official-platform.ts';

let platform: OfficialPlatform;
let client: OfficialClient;
let component: ComponentClient;

beforeAll(async () => {
  platform = await startOfficialPlatform();
  const { appid, appsecret, url: baseUrl } = platform;
  client = new OfficialClient({ appid, appsecret, baseUrl });
  component = new ComponentClient({
    componentAppid: 'wxcomponent',
    componentAppsecret: 'component-secret',
    baseUrl,
  });
  await component.setVerifyTicket('ticket@@@1');
  platform.answer('/cgi-bin/component/api_component_token', () => {
    return { component_access_token: 'component-token', expires_in: 7200 };
  });
  await component.component.createPreAuthCode();
});
afterAll(() => platform.close());

/** The names under which files are sent. */
const FILES = ['media', 'img', 'pdf'];

/** Something of each documented type. */
function sample(shape: Shape): unknown {
  if (Array.isArray(shape)) return shape.map((member: Shape) => sample(member));
  if (typeof shape !== 'string') {
    return Object.fromEntries(
      Object.entries(shape).map(([name, inside]) => [name, sample(inside)]),
    );
  }
  if (/^(?:integer|number)/.test(shape)) return 7;
  if (shape.startsWith('boolean')) return true;
  return '值 & "value"';
}

function getMethod(name: string): (...given: unknown[]) => unknown {
  const owner = name.startsWith('component.') && !isOfAccount(name) ? component : client;
  const path = name.split('.');
  const group = path
    .slice(0, -1)
    .reduce<object>((at, key) => (at as Record<string, object>)[key] as object, owner);
  return (group as Record<string, (...given: unknown[]) => unknown>)[path.at(-1) as string] as (
    ...given: unknown[]
  ) => unknown;
}
const isOfAccount = (name: string) => rows.find((row) => row.name === name)?.auth === 'authorizer';

function given({ body, query, method, contentType }: Row) {
  const parameters = Object.fromEntries(query.map((name) => [name, `${name} 1/2`]));
  const hasBody = typeof body === 'string' || Object.keys(body).length > 0;
  if (!hasBody) return { args: query.length > 0 ? [parameters] : [], parameters };
  const content = contentType ? '你好' : (sample(body) as Record<string, unknown>);
  if (method === 'upload') {
    for (const name of FILES) {
      if (typeof content === 'object' && name in content) content[name] = Buffer.from('bytes');
    }
  }
  return { args: query.length > 0 ? [content, parameters] : [content], parameters, content };
}

const token = ({ tokenless, auth }: Row): Record<string, string> => {
  if (auth === 'component') return { component_access_token: 'component-token' };
  return tokenless ? {} : { access_token: platform.inForce.stable as string };
};

const partsFrom = (content: unknown) =>
  Object.entries(content as object).map(([name, value]) =>
    FILES.includes(name) ? { name, bytes: 5, text: undefined } : { name, text: value as string },
  );
const readParts = (request: Recorded | undefined) =>
  request?.parts?.map(({ name, text, bytes }) =>
    text === undefined ? { name, bytes, text } : { name, text },
  );

describe('what arrives is what is documented', () => {
  it.each(rows.filter(({ page }) => !page).map((row) => [row.name, row] as const))(
    '%s',
    async (name, row) => {
      const { args, parameters, content } = given(row);
      await client.accessToken.get();
      const before = platform.requests.length;
      await Promise.resolve(getMethod(name)(...args)).catch((error: { code: string }) => {
        // The token endpoints do not know the account that is given here.
        if (!error.code.startsWith('WECHAT_API')) throw error;
      });
      const [request, ...more] = platform.requests.slice(before);
      expect(more).toEqual([]);
      expect(request).toMatchObject({
        method: getHttpMethod(row),
        path: row.path,
      });
      // A POST that says nothing has a body all the same.
      const nothing = getHttpMethod(row) === 'POST' ? {} : '';
      expect(request?.query).toEqual({ ...row.fixedQuery, ...token(row), ...parameters });
      expect(row.method === 'upload' ? readParts(request) : request?.body).toEqual(
        row.method === 'upload' ? partsFrom(content) : (content ?? nothing),
      );
    },
  );
});

describe('pages are addresses with their parameters in order', () => {
  it.each(rows.filter(({ page }) => page).map((row) => [row.name, row] as const))(
    '%s',
    (name, row) => {
      const { args, parameters } = given(row);
      const address = new URL(getMethod(name)(...args) as string);
      expect(`${address.origin}${address.pathname}`).toBe(`${platform.url}${row.path}`);
      expect([...address.searchParams]).toEqual([
        ...Object.entries(row.fixedQuery ?? {}),
        ...Object.entries(parameters),
      ]);
    },
  );
});
