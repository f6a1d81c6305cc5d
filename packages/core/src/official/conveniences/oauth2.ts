import { randomBytes } from 'node:crypto';
import { InvalidArgumentError } from '../../errors.ts';
import type { Api } from './api.ts';
import { neededText } from './argument.ts';

/** Options of the address of a web login. */
export interface AuthorizeOptions {
  /**
   * `snsapi_base` returns the openid without asking; `snsapi_userinfo` asks the user for more.
   * Default: `snsapi_base`.
   */
  scope?: 'snsapi_base' | 'snsapi_userinfo' | undefined;
  /** Letters and digits, 128 at most. Default: 32 random ones. */
  state?: string | undefined;
  /** Whether to ask even followers of the account. */
  forcePopup?: boolean | undefined;
}

/** 网页授权. */
export interface Oauth2Methods {
  /**
   * 网页授权链接: makes the address to send a browser to, and the state that comes back with it:
   * remember that for this browser, and refuse a code that comes with another. `wechatOAuth` of the
   * adapters does all of it.
   *
   * @example
   * const { url, state } = client.oauth2.authorize('https://example.com/callback');
   * @throws {InvalidArgumentError} when the state has other characters, or too many
   */
  authorize(redirectUri: string, options?: AuthorizeOptions): { url: string; state: string };
}

/** Creates the methods of the web login. */
export function createOAuth2Methods({
  buildAuthorizeUrl,
}: Pick<Api['oauth2'], 'buildAuthorizeUrl'>): Oauth2Methods {
  return {
    authorize(redirectUri, { scope = 'snsapi_base', state = createState(), forcePopup } = {}) {
      const redirect_uri = neededText('oauth2.authorize', 'redirectUri', redirectUri);
      if (!/^[a-zA-Z0-9]{1,128}$/.test(state)) {
        throw new InvalidArgumentError('state must be 1 to 128 letters and digits');
      }
      return { url: buildAuthorizeUrl({ redirect_uri, scope, state, forcePopup }), state };
    },
  };
}

const createState = (): string => randomBytes(16).toString('hex');
