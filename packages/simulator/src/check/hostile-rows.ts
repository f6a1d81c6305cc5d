import { randomBytes } from 'node:crypto';
import { type CheckDesk, type Row, toRequest, type Words } from './row.ts';

const MEGABYTE = 1024 * 1024;
const sealText = ({ message, seal }: CheckDesk) => seal(message('text'));
const spam = (content: string) => `<xml><Content><![CDATA[${content}]]></Content></xml>`;
const BOMB = `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY a "aaaaaaaaaa">${'bcdefgh'
  .split('')
  .map((name, n) => `<!ENTITY ${name} "${`&${'abcdefg'[n]};`.repeat(10)}">`)
  .join('')}]><xml><Content>&h;</Content></xml>`;
const FILE =
  '<!DOCTYPE xml [<!ENTITY f SYSTEM "file:///etc/hostname">]><xml><Content>&f;</Content></xml>';

/** Correctly signed bodies in plain mode, where the signature does not cover the body. */
const BODIES: readonly [name: string, title: Words, body: (xml: string) => string | Buffer][] = [
  ['empty-body', { en: 'an empty body', zh: '空的请求体' }, () => ''],
  ['blank-body', { en: 'a body of blanks', zh: '只有空白的请求体' }, () => ' \n\t '],
  [
    'truncated',
    { en: 'XML that is cut off', zh: '被截断的 XML' },
    (xml) => xml.slice(0, xml.length / 2),
  ],
  [
    'mismatched',
    { en: 'tags that do not match', zh: '标签不配对的 XML' },
    () => '<xml><a></b></xml>',
  ],
  [
    'other-root',
    { en: 'another root', zh: '根元素不是 xml' },
    () => '<html><body>hi</body></html>',
  ],
  [
    'no-tags',
    { en: 'XML without any tag that is needed', zh: '缺少必需标签' },
    () => '<xml></xml>',
  ],
  [
    'json',
    { en: 'a JSON body that is not a message', zh: '不是消息的 JSON' },
    () => '{"a":[1,{"__proto__":{}}]}',
  ],
  ['binary', { en: 'random bytes', zh: '随机字节' }, () => randomBytes(4096)],
  [
    'nul',
    { en: 'a body with NUL characters', zh: '含 NUL 字符' },
    (xml) => xml.replace('<xml>', '<xml>\0'),
  ],
  [
    'bad-utf-8',
    { en: 'bytes that are not UTF-8', zh: '不是 UTF-8 的字节' },
    (xml) =>
      Buffer.concat([
        Buffer.from(xml.slice(0, -6)),
        Buffer.from('fffec0af', 'hex'),
        Buffer.from('</xml>'),
      ]),
  ],
  [
    'bomb',
    { en: 'entities that expand without end (DOCTYPE)', zh: '无限膨胀的实体（DOCTYPE）' },
    () => BOMB,
  ],
  [
    'external-entity',
    { en: 'an entity that includes a file', zh: '引用本机文件的实体' },
    () => FILE,
  ],
  ['deep', { en: 'tags nested 100 000 deep', zh: '十万层嵌套' }, () => '<a>'.repeat(100_000)],
  [
    'wide',
    { en: '50 000 tags', zh: '五万个标签' },
    () => `<xml>${'<a>1</a>'.repeat(50_000)}</xml>`,
  ],
  ['brackets', { en: 'a megabyte of brackets', zh: '一兆的尖括号' }, () => '<'.repeat(MEGABYTE)],
  ['1-mb', { en: 'a text of a megabyte', zh: '一兆的文本' }, () => spam('a'.repeat(MEGABYTE))],
  [
    '10-mb',
    { en: 'a text of ten megabytes', zh: '十兆的文本' },
    () => spam('a'.repeat(10 * MEGABYTE)),
  ],
];

const METHODS = ['HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];

/** The requests of strangers. Only a reply, an echo, silence and the end of the process are failures. */
export const HOSTILE_ROWS: readonly Row[] = [
  {
    name: 'verify-wrong-signature',
    title: {
      en: 'a URL verification with a wrong signature is not echoed',
      zh: '签名错误的校验请求不能返回 echostr',
    },
    expected: 'refused',
    send: ({ seal, message }) => {
      const { query } = seal(message('text'), { breakSignature: true });
      return toRequest(
        { method: 'GET', query, body: '', plain: '' },
        { query: { echostr: 'refused' } },
      );
    },
  },
  {
    name: 'verify-unsigned',
    title: {
      en: 'a URL verification without a signature is not echoed',
      zh: '没有签名的校验请求不能返回 echostr',
    },
    expected: 'refused',
    send: () => ({ method: 'GET', search: 'echostr=refused' }),
  },
  {
    name: 'wrong-signature',
    title: { en: 'a message with a wrong signature gets no reply', zh: '签名错误的消息不能有回复' },
    expected: 'refused',
    send: ({ seal, message }) => toRequest(seal(message('text'), { breakSignature: true })),
  },
  {
    name: 'unsigned',
    title: { en: 'a message without a signature gets no reply', zh: '没有签名的消息不能有回复' },
    expected: 'refused',
    send: (desk) => {
      return toRequest(sealText(desk), {
        query: { signature: undefined, msg_signature: undefined },
      });
    },
  },
  {
    name: 'empty-signature',
    title: {
      en: 'a message with an empty signature gets no reply',
      zh: '签名为空的消息不能有回复',
    },
    expected: 'refused',
    send: (desk) => toRequest(sealText(desk), { query: { signature: '', msg_signature: '' } }),
  },
  {
    name: 'no-nonce',
    title: {
      en: 'a message without nonce and timestamp gets no reply',
      zh: '缺 nonce 和 timestamp 的消息不能有回复',
    },
    expected: 'refused',
    send: (desk) =>
      toRequest(sealText(desk), { query: { nonce: undefined, timestamp: undefined } }),
  },
  {
    name: 'repeated-parameters',
    title: { en: 'repeated parameters', zh: '重复的查询参数' },
    expected: 'survived',
    send: (desk) => {
      const { search, ...request } = toRequest(sealText(desk));
      return { ...request, search: `${search}&signature=a&signature[b]=c&nonce=1&nonce=2` };
    },
  },
  {
    name: 'bad-query',
    title: { en: 'a query that cannot be decoded', zh: '无法解码的查询参数' },
    expected: 'survived',
    send: () => ({ method: 'GET', search: 'signature=%E4%A&timestamp=%&nonce=%00&echostr=%FF' }),
  },
  ...METHODS.map(
    (method): Row => ({
      name: `method-${method.toLowerCase()}`,
      title: { en: `${method} is not a delivery`, zh: `${method} 请求不是推送` },
      expected: 'survived',
      send: (desk) => {
        const { search } = toRequest(sealText(desk));
        return { method, search };
      },
    }),
  ),
  ...BODIES.map(
    ([name, title, body]): Row => ({
      name,
      title,
      expected: 'survived',
      send: (desk) => toRequest(sealText(desk), { body: body(sealText(desk).plain) }),
    }),
  ),
  {
    name: 'claims-more',
    title: {
      en: 'a body that ends before its Content-Length',
      zh: '请求体没传完就断开',
    },
    expected: 'survived',
    send: (desk) => {
      const sealed = sealText(desk);
      const headers = { 'content-length': String(Buffer.byteLength(sealed.body) + 100) };
      return toRequest(sealed, { headers, dropsOff: true });
    },
  },
  {
    name: 'gzip',
    title: {
      en: 'a body that claims to be compressed, but is not',
      zh: '声称压缩而没有压缩的请求体',
    },
    expected: 'survived',
    send: (desk) => toRequest(sealText(desk), { headers: { 'content-encoding': 'gzip' } }),
  },
];
