import type { CheckDesk, Row, Words } from './row.ts';
import { toRequest } from './row.ts';

/** Well-formed XML in unusual forms. */
const FORMS: readonly [name: string, title: Words, rewrite: (xml: string) => string][] = [
  ['bom', { en: 'a byte order mark before the XML', zh: 'XML 前有 BOM' }, (xml) => `\ufeff${xml}`],
  ['blanks', { en: 'line feeds before the XML', zh: 'XML 前有空行' }, (xml) => `\n\n  ${xml}\n`],
  [
    'declaration',
    { en: 'an XML declaration', zh: '有 XML 声明' },
    (xml) => `<?xml version="1.0" encoding="utf-8"?>\n${xml}`,
  ],
  [
    'comment',
    { en: 'a comment in the XML', zh: 'XML 里有注释' },
    (xml) => xml.replace('<xml>', '<xml><!-- a -->'),
  ],
  [
    'entities',
    { en: 'entities in place of CDATA', zh: '用实体而不用 CDATA' },
    (xml) => xml.replace(/<Content>.*?<\/Content>/s, '<Content>&lt;你&#x597d;&gt; &amp;</Content>'),
  ],
  [
    'empty-tags',
    { en: 'empty and unknown tags', zh: '空标签与未知标签' },
    (xml) => xml.replace('</xml>', '<Idx></Idx><New/><Group><a>1</a></Group></xml>'),
  ],
  [
    'prototype',
    { en: 'tags named __proto__ and constructor', zh: '名为 __proto__ 的标签' },
    (xml) =>
      xml.replace('</xml>', '<__proto__><a>1</a></__proto__><constructor>1</constructor></xml>'),
  ],
];

const sealText = ({ message, seal }: CheckDesk) => seal(message('text'));
const inPieces = (text: string, count: number) => {
  const size = Math.ceil(text.length / count);
  return Array.from({ length: count }, (_, n) => text.slice(n * size, (n + 1) * size)).filter(
    Boolean,
  );
};

/** Unusual but valid requests. */
export const ODD_ROWS: readonly Row[] = [
  ...FORMS.map(
    ([name, title, rewrite]): Row => ({
      name: `xml-${name}`,
      title,
      expected: 'answered',
      // In compatible mode the plain tags stand outside, and would have to be written likewise.
      modes: ['plain', 'safe'],
      send: ({ message, seal }) => toRequest(seal(rewrite(seal(message('text')).plain))),
    }),
  ),
  {
    name: 'no-content-type',
    title: { en: 'no Content-Type', zh: '没有 Content-Type' },
    expected: 'answered',
    send: (desk) => toRequest(sealText(desk), { headers: { 'content-type': undefined } }),
  },
  {
    name: 'text-plain',
    title: { en: 'Content-Type text/plain', zh: 'Content-Type 是 text/plain' },
    expected: 'answered',
    send: (desk) => toRequest(sealText(desk), { headers: { 'content-type': 'text/plain' } }),
  },
  {
    name: 'application-xml',
    title: { en: 'Content-Type application/xml', zh: 'Content-Type 是 application/xml' },
    expected: 'answered',
    send: (desk) => {
      return toRequest(sealText(desk), {
        headers: { 'content-type': 'application/xml; charset=utf-8' },
      });
    },
  },
  {
    name: 'chunked',
    title: { en: 'a body in pieces', zh: '请求体分块到达' },
    expected: 'answered',
    send: (desk) => {
      const sealed = sealText(desk);
      return toRequest(sealed, { body: inPieces(sealed.body, 7) });
    },
  },
  {
    name: 'slow',
    title: { en: 'a body that arrives slowly, within a second', zh: '请求体慢慢到达（一秒）' },
    expected: 'answered',
    send: (desk) => {
      const sealed = sealText(desk);
      return toRequest(sealed, { body: inPieces(sealed.body, 11), pause: 100 });
    },
  },
  {
    name: 'more-parameters',
    title: { en: 'an unknown parameter', zh: '多出来的查询参数' },
    expected: 'answered',
    send: (desk) => toRequest(sealText(desk), { query: { something: 'new 你好' } }),
  },
];
