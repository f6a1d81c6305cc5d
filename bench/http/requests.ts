/** Requests as WeChat makes them, all different and all of one length, in files for the load generator. */
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import * as platform from '../../test/support/platform.ts';
import { ACCOUNT, PATH } from './account.ts';

export interface RequestFile {
  readonly path: string;
  /** Bytes of one request. */
  readonly length: number;
  readonly count: number;
}

/** How the messages of a file are. */
export interface Traffic {
  readonly mode: 'plain' | 'safe';
  readonly count: number;
  readonly users: number;
  /** Bytes of the text. */
  readonly size: number;
  /** Kind of message. Default: text. */
  readonly kind?: 'text' | 'click';
}

/** Writes a file of requests, or takes the one that an earlier run has left. */
export function writeRequests(folder: string, traffic: Traffic): RequestFile {
  const { count } = traffic;
  mkdirSync(folder, { recursive: true });
  const first = createRequest(traffic, 0);
  const length = first.length;
  const path = join(folder, `${Object.values(traffic).join('-')}.bin`);
  if (!existsSync(path) || statSync(path).size !== length * count) {
    const bytes = Buffer.alloc(length * count);
    for (let index = 0; index < count; index += 1) {
      const written = createRequest(traffic, index).copy(bytes, index * length);
      if (written !== length) throw new Error(`request ${index} has another length`);
    }
    writeFileSync(path, bytes);
  }
  return { path, length, count };
}

function createRequest({ mode, users, size, kind }: Traffic, index: number): Buffer {
  const openid = `o9AgO5Kd5ggOC-bXrbNO${String(index % users).padStart(8, '0')}`;
  const number = String(index).padStart(6, '0');
  const fields =
    kind === 'click'
      ? platform.event('CLICK', { FromUserName: openid, EventKey: `key ${number}` })
      : platform.userMessage('text', {
          FromUserName: openid,
          Content: `hello ${number}`.padEnd(size, '.'),
          MsgId: String(6_038_700_799_783_000_000n + BigInt(index)),
        });
  const write = mode === 'plain' ? platform.plain : platform.safe;
  // A nonce of nine digits, always.
  let delivery = write(ACCOUNT, fields);
  while (`${delivery.query['nonce']}`.length !== 9) delivery = write(ACCOUNT, fields);
  const { query, body = '' } = delivery;
  const search = new URLSearchParams({ ...query, openid });
  const head = [
    `POST ${PATH}?${search} HTTP/1.1`,
    'Host: 127.0.0.1',
    'User-Agent: Mozilla/4.0',
    'Accept: */*',
    'Content-Type: text/xml',
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}
