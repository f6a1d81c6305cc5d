import type { Readable } from 'node:stream';
import { InvalidArgumentError } from '../../errors.ts';
import type { Download } from '../endpoint.ts';
import { endpoints } from '../endpoints/index.ts';
import { type BaseUrl, findOrigin } from '../origin.ts';
import type { Api } from './api.ts';
import { isWire, neededNumber, neededText, readOptions, wrong } from './argument.ts';

type Qrcode = Api['qrcode'];
type Created = ReturnType<Qrcode['create']>;

/** QR codes with a scene, and their pictures by the ticket. */
export interface QrcodeMethods {
  /**
   * 生成临时二维码: creates a QR code that lasts for `expireSeconds`: 30 days at most, default 60
   * seconds. A scan tells the scene: a text of 1 to 64 characters, or a number from 1 to 4294967295.
   *
   * @example
   * const { ticket } = await client.qrcode.createTemporary('order-7', { expireSeconds: 3600 });
   */
  createTemporary(
    scene: string | number,
    options?: { expireSeconds?: number | undefined },
  ): Created;

  /**
   * 生成永久二维码: creates a QR code that lasts; an account has 100000 at most. The scene is a text
   * of 1 to 64 characters, or a number from 1 to 100000.
   */
  createPermanent(scene: string | number): Created;

  /**
   * 通过ticket换取二维码图片: downloads the picture, a JPEG, as a stream.
   *
   * @example
   * const { ticket } = await client.qrcode.create({
   *   action_name: 'QR_LIMIT_STR_SCENE',
   *   action_info: { scene: { scene_str: 'shelf-7' } },
   * });
   * await pipeline(await client.qrcode.show(ticket), createWriteStream('shelf-7.jpg'));
   * @throws {NeedParamError} when there is no ticket
   */
  show(ticket: string): Promise<Readable>;

  /** 通过ticket换取二维码图片: downloads the picture with what is known of it. */
  show(query: Parameters<Qrcode['show']>[0]): Promise<Download>;

  /**
   * 二维码图片的地址: makes the address of the picture, which anyone may open.
   * @throws {NeedParamError} when there is no ticket
   */
  showUrl(ticket: string): string;
}

const MAX_SCENE_TEXT = 64;
/** The largest scene, 32 bits. */
const MAX_SCENE = 4_294_967_295;
const MAX_PERMANENT_SCENE = 100_000;
/** Maximum lifetime, 30 days. */
const MAX_SECONDS = 2_592_000;

/** Creates the methods that create and show QR codes. */
export function createQrcodeMethods(
  { create, show }: Pick<Qrcode, 'create' | 'show'>,
  pageBaseUrl: BaseUrl | undefined,
): QrcodeMethods {
  function shown(ticket: string): Promise<Readable>;
  function shown(query: Parameters<Qrcode['show']>[0]): Promise<Download>;
  async function shown(first: string | Parameters<Qrcode['show']>[0]) {
    if (isWire(first)) return show(first);
    const { stream } = await show({ ticket: neededText('qrcode.show', 'ticket', first) });
    return stream;
  }
  return {
    createTemporary: async (scene, options) => {
      const call = 'qrcode.createTemporary';
      const action_info = { scene: readScene(call, scene, MAX_SCENE) };
      const action_name = typeof scene === 'string' ? 'QR_STR_SCENE' : 'QR_SCENE';
      const expire_seconds = readSeconds(call, readOptions(call, options)['expireSeconds']);
      return create({ action_name, action_info, expire_seconds });
    },
    createPermanent: async (scene) => {
      const call = 'qrcode.createPermanent';
      const action_info = { scene: readScene(call, scene, MAX_PERMANENT_SCENE) };
      const action_name = typeof scene === 'string' ? 'QR_LIMIT_STR_SCENE' : 'QR_LIMIT_SCENE';
      return create({ action_name, action_info });
    },
    show: shown,
    showUrl: (ticket) => showUrl(ticket, pageBaseUrl),
  };
}

function readScene(call: string, scene: unknown, largest: number) {
  if (typeof scene !== 'number') {
    const scene_str = neededText(call, 'scene', scene);
    if (scene_str.length <= MAX_SCENE_TEXT) return { scene_str };
    throw new InvalidArgumentError(
      `${call}: scene must have at most ${MAX_SCENE_TEXT} characters, not ${scene_str.length}`,
    );
  }
  if (Number.isInteger(scene) && scene >= 1 && scene <= largest) return { scene_id: scene };
  throw new InvalidArgumentError(
    `${call}: scene must be a text, or a whole number from 1 to ${largest}, not ${scene}`,
  );
}

function readSeconds(call: string, given: unknown): number | undefined {
  if (given === undefined || given === null) return undefined;
  const seconds = neededNumber(call, 'expireSeconds', given);
  if (seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw wrong(call, 'expireSeconds', `from 1 to ${MAX_SECONDS}, 30 days`, given);
}

function showUrl(value: string, pageBaseUrl: BaseUrl | undefined): string {
  const { host, path } = endpoints.qrcode.show;
  const ticket = encodeURIComponent(neededText('qrcode.showUrl', 'ticket', value));
  return `${findOrigin(host, pageBaseUrl)}${path}?ticket=${ticket}`;
}
