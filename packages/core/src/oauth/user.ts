import { OAuthError } from '../errors.ts';
import type { OAuthClient, OAuthScope, OAuthSettings } from './options.ts';

/** Who looks at a page. */
export interface WechatUser {
  readonly openid: string;
  /** Where the account belongs to an Open Platform account. */
  readonly unionid?: string;
  /** By what the user is known. */
  readonly scope: OAuthScope;
  /** With `snsapi_userinfo`. */
  readonly nickname?: string;
  /** With `snsapi_userinfo`: the address of the picture. */
  readonly headimgurl?: string;
  /** True when the page is shown as a snapshot, to nobody in particular: openid and name are made up. */
  readonly isSnapshotUser?: true;
}

/** What a page gets; the frameworks' requests have it. */
export interface WechatLogin {
  /** Who looks at the page. There behind `wechatOAuth()` only. */
  readonly wechatUser: WechatUser;
}

/** Finds the user whom a code stands for. */
export type Exchange = (code: string, state: string) => Promise<WechatUser>;

/** Milliseconds for which an exchanged code is remembered. */
const REMEMBERED = 60_000;

/**
 * Makes an exchange that asks the platform once for each code: WeChat's browser is known to ask for
 * a page twice, and the platform takes a code only once.
 */
export function createExchange(settings: OAuthSettings): Exchange {
  const known = new Map<string, Promise<WechatUser>>();
  return (code, state) => {
    const key = `${state} ${code}`;
    const earlier = known.get(key);
    if (earlier) return earlier;
    const user = fetchUser(code, settings);
    const forget = () => known.delete(key);
    known.set(key, user);
    void user.then(() => setTimeout(forget, REMEMBERED).unref(), forget);
    return user;
  };
}

async function fetchUser(
  code: string,
  { client, scope, lang }: OAuthSettings,
): Promise<WechatUser> {
  const token = await ask(client.oauth2.getAccessToken({ code }));
  if (typeof token?.openid !== 'string' || token.openid === '') {
    throw new OAuthError('platform', 'WeChat answered the code without an openid');
  }
  const granted = String(token.scope ?? '').split(',');
  const isFull = granted.includes('snsapi_userinfo');
  if (scope === 'snsapi_userinfo' && !isFull) {
    throw new OAuthError('denied', 'the user did not agree to show name and picture');
  }
  const profile = scope === 'snsapi_userinfo' ? await fetchProfile(client, token, lang) : undefined;
  const unionid = profile?.unionid || token.unionid;
  return {
    openid: token.openid,
    ...(unionid && { unionid }),
    scope,
    ...(profile?.nickname && { nickname: profile.nickname }),
    ...(profile?.headimgurl && { headimgurl: profile.headimgurl }),
    ...(token.is_snapshotuser === 1 && { isSnapshotUser: true }),
  };
}

function fetchProfile(
  client: OAuthClient,
  { access_token, openid }: { access_token: string; openid: string },
  lang: OAuthSettings['lang'],
) {
  return ask(client.oauth2.getUserInfo({ access_token, openid, ...(lang && { lang }) }));
}

/** Invalid, used, expired. */
const CODE_ERRORS: readonly unknown[] = [40029, 40163, 42003];

async function ask<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { errcode } = Object(error) as { errcode?: unknown };
    const options = { cause: error };
    if (CODE_ERRORS.includes(errcode)) {
      throw new OAuthError('code', 'the login was over already: open the page again', options);
    }
    const why = typeof errcode === 'number' ? `WeChat refused with ${errcode}` : 'it got no answer';
    throw new OAuthError('platform', `the login could not ask WeChat: ${why}`, options);
  }
}
