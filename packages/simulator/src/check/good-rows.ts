import { type Row, toRequest, type Words } from './row.ts';

const MESSAGES: readonly [type: string, title: Words][] = [
  ['text', { en: 'a text', zh: '文本消息' }],
  ['image', { en: 'a picture', zh: '图片消息' }],
  ['voice', { en: 'a voice message', zh: '语音消息' }],
  ['video', { en: 'a video', zh: '视频消息' }],
  ['shortvideo', { en: 'a short video', zh: '小视频消息' }],
  ['location', { en: 'a location', zh: '位置消息' }],
  ['link', { en: 'a link', zh: '链接消息' }],
  ['event:subscribe', { en: 'a new follower', zh: '关注事件' }],
  ['event:unsubscribe', { en: 'a follower who leaves', zh: '取消关注事件' }],
  ['event:scan', { en: 'a QR code that is scanned', zh: '扫码事件' }],
  ['event:location', { en: 'a position that is reported', zh: '上报位置事件' }],
  ['event:click', { en: 'a tap on the menu', zh: '点击菜单事件' }],
  ['event:view', { en: 'a menu link that is opened', zh: '菜单跳转事件' }],
  ['event:scancode_waitmsg', { en: 'a code that the menu scans', zh: '菜单扫码事件' }],
  ['event:pic_weixin', { en: 'pictures that the menu sends', zh: '菜单发图事件' }],
  ['event:location_select', { en: 'a place that the menu picks', zh: '菜单选位置事件' }],
  [
    'event:templatesendjobfinish',
    { en: 'a template message that was sent', zh: '模板消息送达事件' },
  ],
  ['event:masssendjobfinish', { en: 'a mass message that was sent', zh: '群发完成事件' }],
  ['event:user_get_card', { en: 'a card that is taken', zh: '领取卡券事件' }],
  ['something_new', { en: 'a message of an unknown type', zh: '没见过的消息类型' }],
  ['event:something_new', { en: 'an unknown event', zh: '没见过的事件' }],
];

/** Users' texts, which arrive as typed; see `writeXml`. */
const TEXTS: readonly [name: string, title: Words, content: string][] = [
  ['cdata', { en: 'a text with ]]> in it', zh: '文本里有 ]]>' }, 'a ]]> b <![CDATA[ c'],
  [
    'cdata-end',
    {
      en: 'a text with ]]> and what looks like the next tag',
      zh: '文本里有 ]]> 和像下一个标签的内容',
    },
    'x[y[0]]>1 && ]]></Content><MsgType><![CDATA[event]]></MsgType>',
  ],
  ['control', { en: 'a text with control characters', zh: '文本里有控制字符' }, 'a\u0002b\u001dc'],
  ['emoji', { en: 'a text with emoji', zh: '文本里有表情' }, '😀👨‍👩‍👧𠮷 é'],
  [
    'markup',
    { en: 'a text that looks like markup', zh: '文本像标签' },
    '<a href="x">&amp;</a> & <',
  ],
  ['number', { en: 'a text that looks like a number', zh: '文本像数字' }, '007'],
  ['empty', { en: 'a text without content', zh: '空文本' }, ''],
  ['long', { en: 'a text of 2000 characters', zh: '两千字的文本' }, '长'.repeat(2000)],
];

/** The messages that every webhook must answer. */
export const GOOD_ROWS: readonly Row[] = [
  {
    name: 'verify',
    title: { en: 'the URL verification echoes echostr', zh: '校验地址：原样返回 echostr' },
    expected: 'echo',
    send: () => ({ method: 'GET', search: '' }),
  },
  ...MESSAGES.map(
    ([type, title]): Row => ({
      name: `message-${type.replace(':', '-')}`,
      title,
      expected: 'answered',
      send: ({ message, seal }) => toRequest(seal(message(type))),
    }),
  ),
  ...TEXTS.map(
    ([name, title, Content]): Row => ({
      name: `text-${name}`,
      title,
      expected: 'answered',
      send: ({ message, seal }) => toRequest(seal(message('text', { Content }))),
    }),
  ),
  {
    name: 'twice',
    title: { en: 'one message, delivered twice at once', zh: '同一条消息同时推送两次' },
    expected: 'answered',
    times: 2,
    send: ({ message, seal }) => toRequest(seal(message('text', { MsgId: '6038700799783131222' }))),
  },
];
