import { OAuthError } from '../errors.ts';
import type { OAuthClient, OAuthScope, OAuthSettings } from './options.ts';

/** The user of a page. */
export interface WechatUser {
  readonly openid: string;
  /** Present when the account belongs to an Open Platform account. */
  readonly unionid?: string;
  /** The scope that the user agreed to. */
  readonly scope: OAuthScope;
  /** With `snsapi_userinfo` and `snsapi_login`. */
  readonly nickname?: string;
  /** With `snsapi_userinfo` and `snsapi_login`: the address of the picture. */
  readonly headimgurl?: string;
  /** True when the page is shown as a snapshot: openid and name are then made up. */
  readonly isSnapshotUser?: true;
}

/** The login of a page, as added to the frameworks' requests. */
export interface WechatLogin {
  /** The user of the page, behind `wechatOAuth()` only. */
  readonly wechatUser: WechatUser;
}

/**
 * Asks the platform for the user of a code.
 *
 * @throws {OAuthError} when the code is no good, the user did not agree or the platform did not answer
 */
export async function fetchUser(
  code: string,
  { client, scope, lang }: OAuthSettings,
): Promise<WechatUser> {
  const token = await callPlatform(client.oauth2.getAccessToken({ code }));
  if (typeof token?.openid !== 'string' || token.openid === '') {
    throw new OAuthError('platform', 'the answer of WeChat has no openid');
  }
  const granted = String(token.scope ?? '').split(',');
  if (scope === 'snsapi_userinfo' && !granted.includes(scope)) {
    throw new OAuthError('denied', 'the user did not agree to show name and picture');
  }
  const profile = scope === 'snsapi_base' ? undefined : await fetchProfile(client, token, lang);
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
  return callPlatform(client.oauth2.getUserInfo({ access_token, openid, ...(lang && { lang }) }));
}

/** The codes of invalid, used and expired codes. */
const CODE_ERRORS: readonly unknown[] = [40029, 40163, 42003];

async function callPlatform<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { errcode } = Object(error) as { errcode?: unknown };
    const options = { cause: error };
    if (CODE_ERRORS.includes(errcode)) {
      throw new OAuthError('code', 'the code has expired: open the page again', options);
    }
    const why = typeof errcode === 'number' ? `WeChat refused with ${errcode}` : 'no answer';
    throw new OAuthError('platform', `the login could not reach WeChat: ${why}`, options);
  }
}
