import { MemoryContextStore } from '../context/memory.ts';
import type { ContextStore, ContextUser } from '../context/store.ts';
import { OAuthError } from '../errors.ts';
import { guardStore } from '../guard-store.ts';
import type { Message } from '../message/message.ts';
import {
  checkMethods,
  checkPositive,
  createMethodsCheck,
  type OptionTable,
  readOptions,
  refuseMissing,
} from '../option-checks.ts';
import { LoginCookies, serializeCookie } from './cookies.ts';
import {
  checkAppid,
  chooseBase,
  LOGIN_OPTIONS,
  type OAuthOptions,
  refuseBadLogin,
} from './options.ts';
import { Seal } from './seal.ts';
import type { WechatUser } from './user.ts';
import { type OAuthRequest, readVisit, type Visit } from './visit.ts';

/** The methods that the login uses of an API client, for example an `OfficialClient`. */
export interface SceneLoginClient {
  /** The account's AppID. */
  readonly appid: string;
  readonly qrcode: {
    create(body: {
      action_name: 'QR_STR_SCENE';
      action_info: { scene: { scene_str: string } };
      expire_seconds: number;
    }): Promise<{ ticket: string; url: string }>;
    /** Creates the address of the picture. */
    showUrl(ticket: string): string;
  };
}

/** Options of the login by a QR code of the account. */
export interface SceneLoginOptions
  extends Pick<OAuthOptions, 'secret' | 'baseUrl' | 'trustHost' | 'cookie' | 'now'> {
  /** Creates the QR codes: an `OfficialClient`, or an object with these methods. */
  client: SceneLoginClient;
  /**
   * Stores scans until the browser polls for them. Default: in memory, for one process; use
   * `redisStores(redis).contexts` for several.
   */
  contexts?: ContextStore | undefined;
  /** Maximum number of QR codes that a process creates in five minutes. Default: 1000. */
  maxCodes?: number | undefined;
}

/** A QR code for one browser. */
export interface SceneCode {
  /** The address of the picture. */
  readonly picture: string;
  /** The content of the QR code, for a picture of your own. */
  readonly url: string;
  /** Unix milliseconds. */
  readonly expiresAt: number;
  /** Values of Set-Cookie. */
  readonly cookies: readonly string[];
}

/** The state of a browser's login; `over` when it needs another QR code. */
export type SceneOutcome =
  | { readonly state: 'waiting' | 'over'; readonly cookies: readonly string[] }
  | { readonly state: 'done'; readonly user: WechatUser; readonly cookies: readonly string[] };

/** 公众号扫码登录: a desktop page shows a QR code of the account, and scanning it signs the browser in. */
export interface SceneLogin {
  /**
   * Returns the QR code of a browser: a new one, or the one it already has.
   *
   * @throws {OAuthError} reason `busy` when too many were made; `address` when the host is not known
   */
  begin(request: OAuthRequest): Promise<SceneCode>;
  /**
   * Handles a scan: call it for `event:scan` and `event:subscribe`. Resolves to true when the QR
   * code belongs to this login, and has not been scanned by another user.
   */
  accept(message: Message): Promise<boolean>;
  /** Returns whether the browser's QR code was scanned, and signs the browser in once. */
  poll(request: OAuthRequest): Promise<SceneOutcome>;
  /** Returns the user whom a browser is signed in as. */
  findUser(request: OAuthRequest): WechatUser | undefined;
}

/** The content of the cookie of a QR code. */
interface PendingScan {
  readonly scene: string;
  readonly ticket: string;
  readonly url: string;
}

/** The stored state of a scan. */
interface Scan {
  readonly openid: string;
  readonly isUsed?: true;
}

/** Lifetime of a QR code in seconds. */
const LIFE = 300;
/** Milliseconds below which a browser with a QR code gets another one. */
const TOO_SHORT = 60_000;

/**
 * Creates the login by a QR code of the account. Its cookie is that of `wechatOAuth` with the same
 * `client`, `secret` and `cookie`, which then recognises the user on its pages.
 *
 * @example
 * const login = createSceneLogin({ client, secret, baseUrl, contexts: redisStores(redis).contexts });
 * wechat('TOKEN', { 'event:scan': async (message) => (await login.accept(message)) && 'Logged in.' });
 * const { picture, cookies } = await login.begin({ method, url, headers });
 * const { state } = await login.poll({ method, url, headers });
 * @throws {NeedParamError} when client, secret or baseUrl is missing
 * @throws {InvalidArgumentError} when an option is wrong
 */
export function createSceneLogin(options: SceneLoginOptions): SceneLogin {
  const { client, baseUrl, secrets, cookie, contexts, maxCodes, now } = checkOptions(options);
  const seal = new Seal(secrets, client.appid, now);
  const jar = new LoginCookies(seal, { cookie, scope: 'snsapi_base' });
  const cookieName = `${cookie.name}_scan`;
  const countCode = createCounter(maxCodes, now);

  const readPending = ({ cookies }: Visit) => seal.open<PendingScan>('scene', cookies[cookieName]);
  const setPending = (text: string, seconds: number, { base }: Visit) =>
    serializeCookie(cookie, cookieName, text, seconds, base);
  const createSceneKey = (scene: string): ContextUser => ({
    account: `${client.appid}/scene-login`,
    openid: scene,
  });
  const loadScan = async (scene: string) => {
    const loaded = await contexts.load(createSceneKey(scene));
    const record = 'record' in loaded ? loaded.record : undefined;
    return record && { version: record.version, scan: JSON.parse(record.json) as Scan };
  };
  /** Saves a scan; false when another scan, or another request of the browser, was faster. */
  const saveScan = async (scene: string, scan: Scan, replaces: number) => {
    const record = { version: replaces + 1, json: JSON.stringify(scan) };
    const settings = { replaces, milliseconds: LIFE * 1000 };
    return (await contexts.save(createSceneKey(scene), record, settings)) === undefined;
  };
  const describeCode = ({ ticket, url }: PendingScan, expiresAt: number, cookies: string[]) => {
    return { picture: client.qrcode.showUrl(ticket), url, expiresAt, cookies };
  };

  return {
    async begin(request) {
      const visit = readVisit(request, baseUrl);
      const known = readPending(visit);
      if (known && known.until - now() > TOO_SHORT) {
        return describeCode(known.value, known.until, []);
      }
      countCode();
      const scene = seal.createState();
      const expiresAt = now() + LIFE * 1000;
      const { ticket, url } = await client.qrcode.create({
        action_name: 'QR_STR_SCENE',
        action_info: { scene: { scene_str: scene } },
        expire_seconds: LIFE,
      });
      const pending = { scene, ticket, url };
      const sealed = seal.seal('scene', pending, LIFE);
      return describeCode(pending, expiresAt, [setPending(sealed, LIFE, visit)]);
    },

    async accept(message) {
      const scene = readScene(message);
      if (!seal.isState(scene)) return false;
      const scan = { openid: message.source };
      if (await saveScan(scene, scan, 0)) return true;
      const found = (await loadScan(scene))?.scan;
      return found?.openid === message.source && !found.isUsed;
    },

    async poll(request) {
      const visit = readVisit(request, baseUrl);
      const pending = readPending(visit)?.value;
      const user = jar.user(visit.cookies);
      if (!pending) return user ? { state: 'done', user, cookies: [] } : over([]);
      const found = await loadScan(pending.scene);
      if (!found) return { state: 'waiting', cookies: [] };
      const { version, scan } = found;
      const drop = setPending('', 0, visit);
      const isFirst =
        !scan.isUsed && (await saveScan(pending.scene, { ...scan, isUsed: true }, version));
      if (!isFirst) return over([drop]);
      const scanned: WechatUser = { openid: scan.openid, scope: 'snsapi_base' };
      return { state: 'done', user: scanned, cookies: [jar.setUser(scanned, visit.base), drop] };
    },

    findUser: (request) => jar.user(readVisit(request, baseUrl).cookies),
  };
}

function over(cookies: readonly string[]): SceneOutcome {
  return { state: 'over', cookies };
}

function readScene(message: Message): string | undefined {
  const isScan = message.type === 'event:scan' || message.type === 'event:subscribe';
  return isScan ? message.scene : undefined;
}

/** Creates a counter of QR codes per five minutes, so that strangers cannot use up the account's calls. */
function createCounter(most: number, now: () => number): () => void {
  let count = 0;
  let until = 0;
  return () => {
    if (now() >= until) {
      count = 0;
      until = now() + LIFE * 1000;
    }
    if (count >= most) {
      throw new OAuthError('busy', 'too many QR codes were created: try again in five minutes');
    }
    count += 1;
  };
}

const STORE_METHODS = ['load', 'save'] as const;
const SCENE_OPTIONS = {
  client: { check: checkClient },
  ...LOGIN_OPTIONS,
  contexts: { check: createMethodsCheck<ContextStore>(STORE_METHODS, 'a ContextStore') },
  maxCodes: { initial: 1000, check: checkPositive },
} satisfies OptionTable<SceneLoginOptions>;

function checkOptions(options: SceneLoginOptions) {
  refuseBadLogin(options, Object.keys(SCENE_OPTIONS));
  if (!options.client) refuseMissing('client', 'an OfficialClient, which makes the QR codes');
  const { secret, trustHost, ...checked } = readOptions(SCENE_OPTIONS, options);
  const { contexts, now } = checked;
  return {
    ...checked,
    client: checked.client as SceneLoginClient,
    secrets: secret,
    baseUrl: chooseBase(checked.baseUrl, trustHost),
    contexts: contexts
      ? guardStore('context', contexts, STORE_METHODS)
      : new MemoryContextStore({ now }),
  };
}

function checkClient(name: string, client: SceneLoginClient): SceneLoginClient {
  checkAppid(name, client);
  const methods = ['create', 'showUrl'] as const;
  checkMethods(`${name}.qrcode`, client.qrcode ?? {}, methods, 'the method of an OfficialClient');
  return client;
}
