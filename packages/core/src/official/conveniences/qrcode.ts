import type { Readable } from 'node:stream';
import type { Download } from '../endpoint.ts';
import { endpoints } from '../endpoints/index.ts';
import { type BaseUrl, findOrigin } from '../origin.ts';
import type { Api } from './api.ts';
import { isWire, neededText } from './argument.ts';

type Qrcode = Api['qrcode'];

/** The pictures of QR codes, by the ticket that `qrcode.create` answers. */
export interface QrcodeMethods {
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

/** Makes the methods that show QR codes. */
export function qrcodeOf(
  { show }: Pick<Qrcode, 'show'>,
  pageBaseUrl: BaseUrl | undefined,
): QrcodeMethods {
  function shown(ticket: string): Promise<Readable>;
  function shown(query: Parameters<Qrcode['show']>[0]): Promise<Download>;
  async function shown(first: string | Parameters<Qrcode['show']>[0]) {
    if (isWire(first)) return show(first);
    const { stream } = await show({ ticket: neededText('qrcode.show', 'ticket', first) });
    return stream;
  }
  return { show: shown, showUrl: (ticket) => showUrl(ticket, pageBaseUrl) };
}

function showUrl(value: string, pageBaseUrl: BaseUrl | undefined): string {
  const { host, path } = endpoints.qrcode.show;
  const ticket = encodeURIComponent(neededText('qrcode.showUrl', 'ticket', value));
  return `${findOrigin(host, pageBaseUrl)}${path}?ticket=${ticket}`;
}
