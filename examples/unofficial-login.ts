// Logs in to mp.weixin.qq.com by a QR code in the terminal. Run: npm run example examples/unofficial-login.ts
// It needs an account of yours, and somebody to scan. The session is kept in a file, so that the next
// run needs no scan for some four days; delete the file to log in again. Read docs/unofficial.md first.

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileSessionStore, NeedLoginError, UnofficialClient } from '@wechat-mp/core/unofficial';
import jpeg from 'jpeg-js';
import { PNG } from 'pngjs';
import encodeQR from 'qr';
import decodeQR from 'qr/decode.js';

const { WECHAT_BACK_END: baseUrl, WECHAT_SESSION = join(tmpdir(), 'wechat-mp-session.json') } =
  process.env;
const client = new UnofficialClient({ baseUrl, sessions: new FileSessionStore(WECHAT_SESSION) });

/** Reads what the picture of a code says, and draws it again with characters. */
function print(image: Buffer): void {
  const isPng = image.subarray(1, 4).toString() === 'PNG';
  const { data, width, height } = isPng ? PNG.sync.read(image) : jpeg.decode(image);
  console.log(encodeQR(decodeQR({ data, width, height }), 'ascii'));
  console.log('Scan it with WeChat, as an administrator of the account.');
}

try {
  await client.getGroupList();
  console.log('The session that was kept still lives.');
} catch (error) {
  if (!(error instanceof NeedLoginError)) throw error;
  await client.loginWithQrCode({ onQrCode: print, onState: (state) => console.log(state) });
}
for (const { name, cnt } of (await client.getGroupList()).groups) console.log(`${name}: ${cnt}`);
