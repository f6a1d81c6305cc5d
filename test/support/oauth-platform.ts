/**
 * The simulator, and the user who looks at its page of a web page's login: what the login sends is
 * as WeChat wants it, and the user agrees or not.
 */
import assert from 'node:assert/strict';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { findUnionid } from '../../packages/simulator/src/api/website.ts';
import { listen } from './http.ts';
import { createPerson } from './simulator-api.ts';

const EXCHANGE = '/sns/oauth2/access_token';
const USER_INFO = '/sns/userinfo';
/** Milliseconds after which no code is good any more. */
const CODES_END = 300_000;

const user = createPerson('o6_bmjrPTlm6_2sgVt7hMZOPfL2M', {
  name: '小明 & "Ming" 😀',
  picture: 'https://thirdwx.qlogo.cn/mmopen/g3MonUZtNHkdmzicIlibx6iaFqAc56vxLSUfpb6n5/132',
});

export const profile = {
  openid: user.openid,
  unionid: findUnionid(user),
  nickname: user.name,
  headimgurl: user.picture,
};

export interface OAuthPlatform {
  readonly client: OfficialClient;
  /** The host of 网页授权域名. Any while undefined. */
  domain: string | undefined;
  /** The user's choice on the page. */
  answer: 'agree' | 'deny' | 'authdeny';
  /** Whether the user looks at a snapshot of the page. */
  isSnapshot: boolean;
  /** The calls of the API, and how each ended. */
  readonly calls: { path: string; errcode: number; lang: string | null }[];
  /** Every token and code that was issued; none of them may show up anywhere. */
  readonly secrets: string[];
  /** Makes all codes that are not used yet too old. */
  expireCodes(): Promise<void>;
  /** Answers every call of the API with this error. */
  fail(error: { errcode: number; errmsg: string }): void;
}

const simulators: Simulator[] = [];

/** For `afterAll`. */
export async function closePlatforms(): Promise<void> {
  await Promise.all(simulators.splice(0).map((simulator) => simulator.close()));
}

export async function startOAuthPlatform(): Promise<OAuthPlatform> {
  const simulator = await createSimulator({
    target: 'http://127.0.0.1:9/',
    token: 'TOKEN',
    clock: 'virtual',
    state: { people: { [user.openid]: { ...user } } },
  });
  simulators.push(simulator);
  const { api, account, state } = simulator;
  const codes: string[] = [];

  /** Opens the simulator's page, and gives the address that the user's choice leads to. */
  async function choose(url: URL): Promise<string> {
    const { redirect_uri = '', state: given = '' } = Object.fromEntries(url.searchParams);
    const target = new URL(redirect_uri);
    assert.equal(target.host, platform.domain ?? target.host, '10003');
    assert.equal(target.hash, '');
    const page = await (await fetch(`${api.url}${url.pathname}${url.search}`)).text();
    assert.match(page, /<button name="openid"/, page);
    if (platform.answer !== 'agree') {
      if (platform.answer === 'authdeny') target.searchParams.append('code', 'authdeny');
      target.searchParams.append('state', given);
      return target.href;
    }
    const confirm = `${api.url}/connect/oauth2/confirm${url.search}&openid=${user.openid}`;
    const { headers } = await fetch(confirm, { redirect: 'manual' });
    const location = headers.get('location') as string;
    codes.push(new URL(location).searchParams.getAll('code').at(-1) as string);
    return location;
  }

  const pages = await listen((req: IncomingMessage, res: ServerResponse) => {
    choose(new URL(req.url ?? '', 'http://platform')).then(
      (location) => res.writeHead(302, { location }).end(),
      (error: Error) => res.writeHead(400).end(`the platform refuses: ${error.message}`),
    );
  });

  const listAnswers = () =>
    api.calls
      .filter(({ path }) => path === EXCHANGE || path === USER_INFO)
      .map(({ path, query, answer }) => ({ path, query, ...(answer as object) }));

  const platform: OAuthPlatform = {
    client: new OfficialClient({
      appid: account.appid,
      appsecret: account.appsecret,
      baseUrl: { api: api.url, open: pages },
      retry: 0,
    }),
    domain: undefined,
    answer: 'agree',
    get isSnapshot() {
      return state.people[user.openid]?.isSnapshotUser ?? false;
    },
    set isSnapshot(isSnapshotUser) {
      Object.assign(state.people[user.openid] as object, { isSnapshotUser });
    },
    get calls() {
      return listAnswers().map(({ path, query, errcode = 0 }: Answered) => {
        return { path, errcode, lang: query['lang'] ?? null };
      });
    },
    get secrets() {
      const tokens = listAnswers().flatMap(({ access_token, refresh_token }: Answered) => {
        return [access_token, refresh_token].filter((one) => one !== undefined);
      });
      return [...codes, ...tokens];
    },
    expireCodes: () => simulator.advance(CODES_END),
    fail(error) {
      for (const path of [EXCHANGE, USER_INFO]) api.failNext(path, error, 1000);
    },
  };
  return platform;
}

interface Answered {
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly errcode?: number;
  readonly access_token?: string;
  readonly refresh_token?: string;
}
