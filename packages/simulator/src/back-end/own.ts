/** The account itself. */
export const OWN = {
  fakeid: '3090000001',
  /** The account's fakeid for others. */
  biz: 'MzA5MDAwMDAwMQ==',
  userName: 'gh_0123456789ab',
  nickName: '测试公众号',
  ticket: 'ticket+of/the=account',
  appid: 'wx0123456789abcdef',
  pluginToken: 'the-plugin-token_1',
} as const;

const SMALL_JPEG = Buffer.from(
  '/9j/2wBDAAMCAgICAgMCAgIDAwMDBAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD/yQALCAABAAEBAREA/8wABgAQEAX/2gAIAQEAAD8A0s8g/9k=',
  'base64',
);

/** Creates a picture of one dot with a comment. */
export function drawJpeg(comment: string): Buffer {
  const text = Buffer.from(comment);
  const head = Buffer.from([0xff, 0xd8, 0xff, 0xfe, 0, 0]);
  head.writeUInt16BE(text.length + 2, 4);
  return Buffer.concat([head, text, SMALL_JPEG.subarray(2)]);
}
