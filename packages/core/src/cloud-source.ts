import type { Account } from './account.ts';
import { type Opened, sealReply } from './envelope.ts';
import { RequestError, SignatureError } from './errors.ts';
import type { WebhookRequest } from './exchange.ts';
import { detectFormat, type Message, readFields } from './message/message.ts';
import type { Tree } from './tree.ts';

/** The header of a request that comes through the network of 微信云托管. */
export const PUSH_HEADER = 'x-wx-source';

/** A request that was authenticated by the platform's network. */
export interface CloudPush {
  /** The users it is sent for, when it names some. */
  readonly openids: readonly string[];
}

/**
 * Reads the headers that 微信云托管 adds to requests through the platform; undefined for other
 * requests, and for signed ones. Its gateway removes these headers from requests of the internet.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/wxcloudrun/src/guide/weixin/push.html
 */
export function readPush(request: WebhookRequest): CloudPush | undefined {
  if (request.query['signature']) return undefined;
  const { headers } = request;
  if (!headers?.[PUSH_HEADER]) return undefined;
  const openids = [headers['x-wx-openid'], headers['x-wx-from-openid']];
  return { openids: openids.flat().filter((openid): openid is string => !!openid) };
}

/** Reads the message of a push, which is neither signed nor encrypted; undefined for the console's probe. */
export function openPush(body: string): Opened | undefined {
  const fields = readFields(body);
  if (fields['action'] === 'CheckContainerPath') return undefined;
  return { fields, raw: body, format: detectFormat(body), nonce: '', cipher: undefined };
}

/**
 * Refuses a message in another user's name: a mini program's `callContainer` comes through the same
 * network, with a body that its user chose.
 */
export function checkSender({ openids }: CloudPush, { source }: Message): void {
  if (openids.length === 0 || openids.includes(source)) return;
  throw new SignatureError('the sender of the message is not the user in x-wx-openid');
}

/** Checks a push as far as possible before its body is read. */
export function checkPush({ source }: Account, method: string): void {
  if (source !== 'cloud') {
    throw new SignatureError("signature is missing; a push of 微信云托管 needs source: 'cloud'");
  }
  if (method === 'POST') return;
  throw new RequestError('WECHAT_METHOD_NOT_ALLOWED', 'a push of 微信云托管 must be a POST');
}

/**
 * Writes the reply of a push; in JSON the articles are a list.
 *
 * @see https://developers.weixin.qq.com/miniprogram/dev/wxcloudrun/src/development/weixin/callback.html
 */
export function writePushReply(tree: Tree, opened: Opened): string {
  const { Articles: articles } = tree;
  const isListed = opened.format === 'json' && typeof articles === 'object' && 'item' in articles;
  return sealReply(isListed ? { ...tree, Articles: articles.item } : tree, opened);
}
