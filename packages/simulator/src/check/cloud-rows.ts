import { sealProbe } from '../push/envelope.ts';
import { type Row, toRequest } from './row.ts';

/** The checks of a webhook in 微信云托管, in addition to messages. */
export const CLOUD_ROWS: readonly Row[] = [
  {
    name: 'probe',
    title: { en: 'the probe of the console is answered 200', zh: '控制台的检测请求：应答 200' },
    expected: 'probed',
    send: ({ account }) => toRequest(sealProbe(account.pushFormat ?? 'json', {})),
  },
  {
    name: 'probe-other-format',
    title: {
      en: 'the probe in the other format is answered 200',
      zh: '另一种格式的检测请求：应答 200',
    },
    expected: 'probed',
    send: ({ account }) => toRequest(sealProbe(account.pushFormat === 'xml' ? 'json' : 'xml', {})),
  },
  {
    name: 'stranger',
    title: {
      en: 'a message without x-wx-source is refused',
      zh: '没有 x-wx-source 的消息：拒绝',
    },
    expected: 'refused',
    send: ({ message, seal }) => toRequest(seal(message('text'), { breakSignature: true })),
  },
  {
    name: 'other-user',
    title: {
      en: 'a message of another user than x-wx-openid is refused',
      zh: 'x-wx-openid 与发送者不符的消息：拒绝',
    },
    expected: 'refused',
    send({ message, seal }) {
      const request = toRequest(seal(message('text')));
      return { ...request, headers: { ...request.headers, 'x-wx-openid': 'oSomebodyElse' } };
    },
  },
  {
    name: 'damaged',
    title: { en: 'a body that ends in the middle is refused', zh: '不完整的请求体：拒绝' },
    expected: 'refused',
    send: ({ message, seal }) => {
      const sealed = seal(message('text'));
      return toRequest({ ...sealed, body: sealed.body.slice(0, -10) });
    },
  },
];
