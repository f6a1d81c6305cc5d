import { createHash, randomBytes } from 'node:crypto';
import { InvalidArgumentError, NeedParamError } from '../errors.ts';
import { jsapiSignature } from '../signature.ts';
import type { Credential } from './credential.ts';

/** The signature for `wx.config`. */
export interface JsapiConfig {
  readonly appId: string;
  /** Unix seconds. */
  readonly timestamp: number;
  readonly nonceStr: string;
  readonly signature: string;
}

/** Options of a page for `wx.config`. */
export interface PageOptions {
  /** The APIs that the page calls, such as `scanQRCode`. */
  jsApiList: readonly string[];
  /** The tags of mini programs and apps that the page shows, such as `wx-open-launch-weapp`. */
  openTagList?: readonly string[] | undefined;
  /** Whether WeChat shows the result of each call. Default: false. */
  debug?: boolean | undefined;
}

/** The argument of `wx.config`. */
export interface PageConfig extends JsapiConfig {
  readonly debug: boolean;
  readonly jsApiList: readonly string[];
  readonly openTagList: readonly string[];
}

/** The `cardExt` of `wx.addCard`, before it is written as JSON. */
export interface CardExtension {
  readonly code?: string;
  readonly openid?: string;
  readonly timestamp: string;
  readonly nonce_str: string;
  readonly signature: string;
}

export interface Moment {
  /** Unix seconds. Default: now. */
  timestamp?: number | undefined;
  /** Default: a random one. */
  noncestr?: string | undefined;
}

/** JS-SDK: signs pages and coupons. */
export class Jsapi {
  readonly #appid: string;
  readonly #ticket: Credential;
  readonly #cardTicket: Credential;

  constructor(appid: string, ticket: Credential, cardTicket: Credential) {
    this.#appid = appid;
    this.#ticket = ticket;
    this.#cardTicket = cardTicket;
  }

  /**
   * Signs a page for `wx.config`. `url` is the address as shown in the browser; its fragment is
   * ignored.
   *
   * @example
   * wx.config({ ...await client.jsapi.sign('https://example.com/?a=1'), jsApiList: ['scanQRCode'] })
   * @throws {InvalidArgumentError} when the address is escaped for HTML, or not a text
   * @see https://developers.weixin.qq.com/doc/service/guide/h5/jssdk.html
   */
  async sign(url: string, moment: Moment = {}): Promise<JsapiConfig> {
    const { timestamp, noncestr } = complete(moment);
    // A page that cannot be signed is found before a ticket is fetched.
    jsapiSignature({ ticket: 'ticket', noncestr, timestamp, url });
    if (this.#appid === '') {
      throw new NeedParamError(
        'jsapi.sign needs the appid of the account: give the option `appid` to the client',
      );
    }
    const { value: ticket } = await this.#ticket.get();
    const signature = jsapiSignature({ ticket, noncestr, timestamp, url });
    return { appId: this.#appid, timestamp, nonceStr: noncestr, signature };
  }

  /**
   * Creates the argument of `wx.config` for a page: the signature of `sign`, and the page's
   * options.
   *
   * @example
   * res.json(await client.jsapi.buildConfig(url, { jsApiList: ['scanQRCode'] })); // wx.config(it)
   * @throws {NeedParamError} when there is no `jsApiList`
   * @throws {InvalidArgumentError} when the address is escaped for HTML, or a name is not a text
   */
  async buildConfig(url: string, options: PageOptions, moment: Moment = {}): Promise<PageConfig> {
    const { jsApiList, openTagList = [], debug = false } = Object(options) as PageOptions;
    if (jsApiList === undefined) {
      throw new NeedParamError("jsapi.buildConfig needs { jsApiList }, such as ['scanQRCode']");
    }
    for (const [name, list] of Object.entries({ jsApiList, openTagList })) {
      if (Array.isArray(list) && list.every((one) => typeof one === 'string')) continue;
      throw new InvalidArgumentError(`jsapi.buildConfig: ${name} must be an array of names`);
    }
    return { debug, ...(await this.sign(url, moment)), jsApiList, openTagList };
  }

  /** Signs a coupon for `wx.addCard`. */
  async signCard(
    cardId: string,
    {
      code,
      openid,
      ...moment
    }: Moment & { code?: string | undefined; openid?: string | undefined } = {},
  ): Promise<CardExtension> {
    const { timestamp, noncestr } = complete(moment);
    const { value: ticket } = await this.#cardTicket.get();
    const values = [ticket, String(timestamp), noncestr, cardId, code, openid].filter(
      (value): value is string => value !== undefined && value !== '',
    );
    const signature = createHash('sha1').update(values.sort().join('')).digest('hex');
    return {
      ...(code !== undefined && { code }),
      ...(openid !== undefined && { openid }),
      timestamp: String(timestamp),
      nonce_str: noncestr,
      signature,
    };
  }
}

function complete({ timestamp, noncestr }: Moment) {
  return {
    timestamp: timestamp ?? Math.floor(Date.now() / 1000),
    noncestr: noncestr ?? randomBytes(12).toString('hex'),
  };
}
