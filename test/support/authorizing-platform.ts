/** The simulator, with a third-party platform that accounts give their rights to. */
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { OPENID } from './platform.ts';
import { createPerson } from './simulator-api.ts';

const QUERY_AUTH = '/cgi-bin/component/api_query_auth';
const REFRESH = '/cgi-bin/component/api_authorizer_token';

/** The user may be sent messages: they have just written. */
const ALLOWANCE = { trigger: 'message', until: Date.now() + 3_600_000, left: 5 } as const;

export interface AuthorizingPlatform {
  readonly simulator: Simulator;
  /** The options of a ComponentClient, and the ticket that it is pushed. */
  readonly component: {
    readonly componentAppid: string;
    readonly componentAppsecret: string;
    readonly baseUrl: string;
  };
  readonly ticket: string;
  /** Exchanges a code as a program elsewhere does; returns the refresh token. */
  readonly exchange: (code: string) => Promise<string>;
  /** Returns how many times codes were exchanged, well or not. */
  readonly countExchanges: () => number;
  /** Lists the refresh tokens that calls came with. */
  readonly listRefreshTokens: () => unknown[];
}

export async function startAuthorizingPlatform(): Promise<AuthorizingPlatform> {
  const simulator = await createSimulator({ target: 'http://127.0.0.1:9/', token: 'TOKEN' });
  const { api } = simulator;
  const { appid, appsecret, verifyTicket } = api.component;
  // What an account's token is tried with.
  api.answer('/cgi-bin/menu/get', { menu: { button: [] } });
  Object.assign(simulator.state.people, {
    [OPENID]: createPerson(OPENID, { allowances: [{ ...ALLOWANCE }] }),
  });

  async function call(path: string, body: object, query = {}): Promise<object> {
    const address = `${api.url}${path}?${new URLSearchParams(query)}`;
    const response = await fetch(address, { method: 'POST', body: JSON.stringify(body) });
    return (await response.json()) as object;
  }

  /** Calls with a component token that was replaced or had ended are made again: they do not count. */
  const listBodies = (path: string) =>
    api
      .callsTo(path)
      .filter(({ answer }) => ![40001, 42001].includes(Object(answer).errcode as number))
      .map(({ body }) => body as Record<string, unknown>);

  return {
    simulator,
    component: { componentAppid: appid, componentAppsecret: appsecret, baseUrl: api.url },
    ticket: verifyTicket,
    async exchange(code) {
      const { component_access_token } = (await call('/cgi-bin/component/api_component_token', {
        component_appid: appid,
        component_appsecret: appsecret,
        component_verify_ticket: verifyTicket,
      })) as { component_access_token: string };
      const body = { component_appid: appid, authorization_code: code };
      const { authorization_info } = (await call(QUERY_AUTH, body, {
        component_access_token,
      })) as { authorization_info: { authorizer_refresh_token: string } };
      return authorization_info.authorizer_refresh_token;
    },
    countExchanges: () => listBodies(QUERY_AUTH).length,
    listRefreshTokens: () => listBodies(REFRESH).map((body) => body['authorizer_refresh_token']),
  };
}
