/** The pages (open.weixin.qq.com) on which a user lets a website learn who they are. */
import type { Person } from '../state.ts';
import { lookUp, type Platform } from './call.ts';
import { type ApiRequest, type OauthScope, type RawAnswer, raw } from './contract.ts';
import type { Oauth } from './oauth.ts';
import { escape, toPage } from './page.ts';
import { WEBSITE } from './website.ts';

type Query = ApiRequest['query'];

/** A page on which a user agrees to something, or refuses. */
interface Consent {
  readonly path: string;
  /** The addresses of the page's buttons. */
  readonly confirm: string;
  readonly title: string;
  readonly parameters: readonly string[];
  /** Whether the page checks the order of its parameters. */
  readonly isOrdered: boolean;
  /** The text of what the website learns, by scope. */
  readonly scopes: Readonly<Partial<Record<OauthScope, string>>>;
  /** Characters of a state. */
  readonly state: RegExp;
  /** Returns the result for a user who refuses; undefined for scopes without a question. */
  readonly refuse: (query: Query) => string | undefined;
}

/**
 * 网页授权. A refusal returns with `code=authdeny`, which public programs test for:
 * https://github.com/TENCHIANG/blog/issues/17
 */
const IN_WECHAT: Consent = {
  path: '/connect/oauth2/authorize',
  confirm: '/connect/oauth2/confirm',
  title: '公众号网页授权',
  parameters: ['appid', 'redirect_uri', 'response_type', 'scope', 'state', 'forcePopup'],
  isOrdered: true,
  scopes: { snsapi_base: 'nothing but your openid', snsapi_userinfo: 'your openid and your name' },
  state: /^[a-zA-Z0-9]{0,128}$/,
  refuse: ({ scope, state = '' }) =>
    scope === 'snsapi_userinfo' ? `code=authdeny&state=${state}` : undefined,
};

/**
 * 网站应用扫码登录. A refusal returns with the state alone:
 * https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html
 */
const ON_A_WEBSITE: Consent = {
  path: '/connect/qrconnect',
  confirm: '/connect/qrconnect/confirm',
  title: '微信登录',
  parameters: ['appid', 'redirect_uri', 'response_type', 'scope', 'state', 'lang'],
  isOrdered: false,
  scopes: { snsapi_login: 'your openid and your name' },
  state: /^.{0,512}$/s,
  refuse: ({ state = '' }) => `state=${encodeURIComponent(state)}`,
};

/** Returns the page or its redirect; undefined for other paths. */
export function createConsent(
  { world }: Platform,
  issueCode: Oauth['issueCode'],
): (request: ApiRequest) => RawAnswer | undefined {
  const { appid, title } = world.account;
  return ({ path, query, method }) => {
    const consent = [IN_WECHAT, ON_A_WEBSITE].find((one) => {
      return path === one.path || path === one.confirm;
    });
    if (!consent) return undefined;
    const isWebsite = consent === ON_A_WEBSITE;
    const known = isWebsite ? WEBSITE.appid : appid;
    const problem = method === 'GET' ? findProblem(consent, query, known) : 'Use the method GET.';
    if (problem !== undefined) return toPage(consent.title, `<p>${escape(problem)}</p>`);
    const decided = path === consent.confirm ? decide(consent, query, known) : undefined;
    const { people } = world.state;
    return (
      decided ?? choose(consent, isWebsite ? consent.title : title, query, Object.values(people))
    );
  };

  /** Sends the user back with a code or a refusal; undefined when nobody was chosen. */
  function decide(consent: Consent, query: Query, known: string): RawAnswer | undefined {
    const refusal = query['refuse'] === undefined ? undefined : consent.refuse(query);
    if (refusal !== undefined) return redirect(query, refusal);
    const person = lookUp(world.state.people, query['openid']);
    if (!person) return undefined;
    const code = issueCode(person, known, query['scope'] as OauthScope);
    return redirect(query, `code=${code}&state=${encodeURIComponent(query['state'] ?? '')}`);
  }
}

/** Returns the reason why the platform would refuse the page, with its code. */
function findProblem(consent: Consent, query: Query, appid: string): string | undefined {
  const { redirect_uri: address = '', response_type: type, scope = '', state = '' } = query;
  const { parameters, scopes, isOrdered } = consent;
  const names = Object.keys(query).filter((name) => parameters.includes(name));
  const ordered = parameters.filter((name) => names.includes(name));
  if (!query['appid']) return '10012: appid is empty.';
  if (query['appid'] !== appid) return '40013: invalid appid.';
  if (address === '') return '10011: redirect_uri is empty.';
  if (!/^https?:\/\//i.test(address) || !URL.canParse(address)) {
    return '10003: redirect_uri is no address of a website.';
  }
  if (type !== 'code') return 'response_type has to be code.';
  if (scope === '') return '10010: scope is empty.';
  if (!Object.hasOwn(scopes, scope)) {
    return `10005: scope has to be ${Object.keys(scopes).join(' or ')}.`;
  }
  if (!consent.state.test(state)) return 'state has to be letters and digits, 128 at most.';
  if (isOrdered && names.join() !== ordered.join()) {
    return `The parameters have to come in this order: ${parameters.join(', ')}.`;
  }
  return undefined;
}

function choose(
  consent: Consent,
  title: string,
  query: Query,
  people: readonly Person[],
): RawAnswer {
  const { scope, redirect_uri: address = '' } = query;
  const hidden = Object.entries(query)
    .filter(([name]) => consent.parameters.includes(name))
    .map(([name, value]) => `<input type="hidden" name="${name}" value="${escape(value)}">`)
    .join('');
  const buttons = people.map(({ name, openid }) => {
    return `<button name="openid" value="${escape(openid)}">${escape(name)}</button>`;
  });
  if (consent.refuse(query) !== undefined) {
    buttons.push('<button class="refuse" name="refuse" value="1">Refuse</button>');
  }
  const nobody = '<p>There is nobody yet: add a user in the simulator.</p>';
  const form = `<form action="${consent.confirm}">${hidden}${buttons.join('')}</form>`;
  return toPage(
    title,
    `<p>It wants to know ${consent.scopes[scope as OauthScope]}. Go on as:</p>
${people.length > 0 ? form : nobody}
<p class="quiet">${escape(address)}</p>`,
  );
}

/** Appends the result to an address, whose existing query stays as written. */
function redirect({ redirect_uri: address = '' }: Query, result: string): RawAnswer {
  const target = new URL(address);
  target.search += `${target.search === '' ? '?' : '&'}${result}`;
  return raw({ status: 302, headers: { Location: target.href, 'Content-Type': 'text/html' } });
}
