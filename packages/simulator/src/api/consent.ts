/** The page (open.weixin.qq.com) on which a user lets a website know who they are. */
import type { Person } from '../state.ts';
import { lookUp, type Platform } from './call.ts';
import { type ApiRequest, type OauthScope, type RawAnswer, raw } from './contract.ts';
import type { Oauth } from './oauth.ts';
import { escape, toPage } from './page.ts';

const PAGE = '/connect/oauth2/authorize';
/** Where the buttons of the page lead. */
const CONFIRM = '/connect/oauth2/confirm';
/** The real page looks at the order, too. */
const ORDER = ['appid', 'redirect_uri', 'response_type', 'scope', 'state', 'forcePopup'];
const SCOPES: Readonly<Record<OauthScope, string>> = {
  snsapi_base: 'nothing but your openid',
  snsapi_userinfo: 'your openid and your name',
};
type Query = ApiRequest['query'];

/** The page, or where it sends the browser; undefined for other paths. */
export function createConsent(
  { world }: Platform,
  issueCode: Oauth['issueCode'],
): (request: ApiRequest) => RawAnswer | undefined {
  return ({ path, query, method }) => {
    if (path !== PAGE && path !== CONFIRM) return undefined;
    const problem = method === 'GET' ? findProblem(query, world.account.appid) : 'Ask with GET.';
    if (problem !== undefined) return toPage('公众号网页授权', `<p>${escape(problem)}</p>`);
    const person = lookUp(world.state.people, query['openid']);
    if (path === CONFIRM && person) return redirect(query, issueCode);
    return choose(world.account.title, query, Object.values(world.state.people));
  };
}

/** What the platform would not take, with its code. */
function findProblem(query: Query, appid: string): string | undefined {
  const { redirect_uri: address = '', response_type: type, scope = '', state = '' } = query;
  const names = Object.keys(query).filter((name) => ORDER.includes(name));
  const isOrdered = names.join() === ORDER.filter((name) => names.includes(name)).join();
  if (!query['appid']) return '10012: appid is empty.';
  if (query['appid'] !== appid) return '40013: invalid appid.';
  if (address === '') return '10011: redirect_uri is empty.';
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return '10003: redirect_uri is no address of a website.';
  }
  if (type !== 'code') return 'response_type has to be code.';
  if (scope === '') return '10010: scope is empty.';
  if (!isScope(scope)) return '10005: scope has to be snsapi_base or snsapi_userinfo.';
  if (!/^[a-zA-Z0-9]{0,128}$/.test(state)) {
    return 'state has to be letters and digits, 128 at most.';
  }
  if (!isOrdered) return `The parameters have to come in this order: ${ORDER.join(', ')}.`;
  return undefined;
}

function isScope(scope: string | undefined): scope is OauthScope {
  return scope === 'snsapi_base' || scope === 'snsapi_userinfo';
}

function choose(title: string, query: Query, people: readonly Person[]): RawAnswer {
  const { scope, redirect_uri: address = '' } = query;
  const hidden = Object.entries(query)
    .filter(([name]) => ORDER.includes(name))
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
    .join('');
  const buttons = people.map(({ name, openid }) => {
    return `<button name="openid" value="${escape(openid)}">${escape(name)}</button>`;
  });
  const nobody = '<p>There is nobody yet: add a user in the simulator.</p>';
  const form = `<form action="${CONFIRM}">${hidden}${buttons.join('')}</form>`;
  return toPage(
    title,
    `<p>It wants to know ${isScope(scope) ? SCOPES[scope] : ''}. Go on as:</p>
${people.length > 0 ? form : nobody}
<p class="quiet">${escape(address)}</p>`,
  );
}

function redirect(query: Query, issueCode: Oauth['issueCode']): RawAnswer {
  const { openid = '', scope, state = '', redirect_uri: address = '' } = query;
  const target = new URL(address);
  const code = issueCode(openid, isScope(scope) ? scope : 'snsapi_base');
  // What the address has already stays as it is written.
  target.search += `${target.search === '' ? '?' : '&'}code=${code}&state=${state}`;
  return raw({ status: 302, headers: { Location: target.href, 'Content-Type': 'text/html' } });
}
