import { sign } from '@wechat-mp/core';
import { type CheckDesk, type Row, toRequest } from './row.ts';

/** Creates a message with another ciphertext and a matching signature. */
function withEncrypt({ account, message, seal }: CheckDesk, change: (encrypt: string) => string) {
  const sealed = seal(message('text'));
  const [, encrypt = ''] = /<Encrypt><!\[CDATA\[(.+?)]]>/.exec(sealed.body) ?? [];
  const changed = change(encrypt);
  const { timestamp = '', nonce = '' } = sealed.query;
  const signature = sign({ token: account.token, timestamp, nonce, encrypt: changed });
  return toRequest(sealed, {
    body: sealed.body.replace(encrypt, changed),
    query: { msg_signature: signature },
  });
}

/** Creates a correctly signed text without encryption. */
function asPlain({ message, seal }: CheckDesk, encrypt_type: string | undefined) {
  const sealed = seal(message('text'));
  const query = { encrypt_type, msg_signature: undefined };
  return toRequest(sealed, { body: sealed.plain, query });
}

/** The checks of an account in safe mode. */
export const SAFE_ROWS: readonly Row[] = (
  [
    {
      name: 'plain-in-safe-mode',
      title: {
        en: 'a plain message to an account in safe mode gets no reply',
        zh: '安全模式的账号收到明文消息，不能有回复',
      },
      expected: 'refused',
      send: (desk) => asPlain(desk, undefined),
    },
    {
      name: 'raw-in-safe-mode',
      title: {
        en: 'a plain message that says encrypt_type=raw gets no reply',
        zh: '声称 encrypt_type=raw 的明文消息，不能有回复',
      },
      expected: 'refused',
      send: (desk) => asPlain(desk, 'raw'),
    },
    {
      name: 'other-appid',
      title: {
        en: 'a message that was encrypted for another appid gets no reply',
        zh: '为别的 AppID 加密的消息，不能有回复',
      },
      expected: 'refused',
      send: ({ message, seal }) =>
        toRequest(seal(message('text'), { appid: 'wx0000000000000000' })),
    },
    {
      name: 'tampered',
      title: {
        en: 'a ciphertext that was tampered with gets no reply',
        zh: '被篡改的密文，不能有回复',
      },
      expected: 'refused',
      send: (desk) => withEncrypt(desk, (encrypt) => `${encrypt.slice(0, -44)}${'A'.repeat(42)}==`),
    },
    {
      name: 'short-ciphertext',
      title: { en: 'a ciphertext of 16 bytes gets no reply', zh: '只有 16 字节的密文，不能有回复' },
      expected: 'refused',
      send: (desk) => withEncrypt(desk, () => 'AAAAAAAAAAAAAAAAAAAAAA=='),
    },
    {
      name: 'no-ciphertext',
      title: { en: 'an empty Encrypt gets no reply', zh: 'Encrypt 为空，不能有回复' },
      expected: 'refused',
      send: (desk) => withEncrypt(desk, () => ''),
    },
  ] satisfies Omit<Row, 'modes'>[]
).map((row): Row => ({ ...row, modes: ['safe'] }));
