/** The requests that the back end understands, each with all that it must have. */
import { type Answer, type Asked, json, ok, type Row, refused } from './contract.ts';
import type { ConsoleData } from './data.ts';

export interface Parts {
  readonly data: ConsoleData;
  readonly token: () => number;
  /** Whether lists are text inside the JSON, as in 2013, or part of it. */
  readonly listsAs: () => 'string' | 'object';
  readonly sent: Readonly<Record<string, string>>[];
  /** Says that there were too many calls. */
  readonly isThrottled: () => boolean;
}

/** What messages to these users are refused with. */
const REFUSING: Readonly<Record<string, number>> = {
  nobody: -21,
  gone: 10700,
  blacklisted: 10701,
  closed: 10703,
  late: 10706,
};
const COMMON = ['token', 'lang', 'f', 'ajax'];
const MESSAGES = '/cgi-bin/message?t=message/list&count=20&day=7';
const MEDIA = '/cgi-bin/message?t=message/list';
const CONTACT = '/cgi-bin/getmessage?t=wxm-message&lang=zh_CN&count=50';
const MASS = '/cgi-bin/masssendpage?t=mass/send';
const EDITOR = '/cgi-bin/appmsg?t=media/appmsg_edit_v2';
const FANS = '/cgi-bin/user_tag?action=get_all_data';

export function createRows({ data, token, listsAs, sent, isThrottled }: Parts): Row[] {
  const list = (value: object) => (listsAs() === 'string' ? JSON.stringify(value) : value);
  const part = <T>(all: readonly T[], from: unknown, size: unknown) =>
    all.slice(Number(from), Number(from) + Number(size));
  const throttled = (answer: (asked: Asked) => Answer) => (asked: Asked) =>
    isThrottled() ? refused(200013, 'freq control') : answer(asked);
  const fanOf = (user: ConsoleData['users'][number]) => ({
    user_openid: user.fakeid,
    user_name: user.nick_name,
    user_remark: user.remark_name,
    user_group_id: [user.group_id],
    user_create_time: user.create_time,
    user_head_img: '',
  });

  function deliver({ form }: Asked): Answer {
    const to = String(form['tofakeid']);
    const ret = REFUSING[to] ?? (data.users.some(({ fakeid }) => fakeid === to) ? 0 : -21);
    if (ret !== 0) return refused(ret, 'customer block');
    const type = form['type'];
    if (type === '10' && form['appmsgid'] !== '100') return refused(10705);
    if (form['file_id'] === 'none') return refused(10704, 'file not exist');
    sent.push(form);
    return refused(0, 'ok');
  }

  function messagesFor(count: unknown, offset: unknown, from: string): object {
    const after =
      from === '' ? data.messages : data.messages.filter(({ id }) => Number(id) > Number(from));
    return { msg_item: part(after, offset, count) };
  }

  const bytes =
    (kind: string) =>
    ({ query }: Asked): Answer => ({
      body: data.media.get(String(query['msgid'])) ?? Buffer.alloc(0),
      type: kind,
    });

  return [
    {
      method: 'GET',
      path: '/cgi-bin/home',
      query: ['t', 'lang', 'token'],
      referer: '',
      isAjax: true,
      isPage: true,
      answer: () => ({
        body: `<html><script>\nwx.cgiData = {\ntime:"1700000000",\nticket:"ticket-${token()}",\nuser_name:"gh_owner",\nuin:"3086174502",\n};</script></html>`,
        type: 'text/html; charset=UTF-8',
      }),
    },
    {
      method: 'GET',
      path: '/misc/pluginloginpage',
      query: ['action', 'pluginid', 't', 'token', 'lang'],
      referer: '/misc/pluginloginpage?action=stat_article_detail&pluginid=luopan',
      isAjax: true,
      isPage: true,
      answer: () => ({
        body: "<html><script>\npluginToken : 'plugin-1',\nappid : 'wx0123456789',\n</script></html>",
        type: 'text/html; charset=UTF-8',
      }),
    },
    {
      method: 'POST',
      path: '/cgi-bin/singlesend',
      when: { t: 'ajax-response' },
      query: ['t', 'f?', 'token?', 'lang?'],
      form: [
        'tofakeid',
        'type',
        'token',
        'content?',
        'ajax',
        'lang?',
        'f?',
        'appmsgid?',
        'app_id?',
        'error?',
        'random?',
        'file_id?',
        'fileid?',
        'imgcode?',
      ],
      referer: '/cgi-bin/single',
      isAjax: true,
      answer: deliver,
    },
    {
      method: 'GET',
      path: '/cgi-bin/contactmanage',
      query: ['t', 'pagesize', 'pageidx', 'type', 'groupid', 'lang', 'f', 'token'],
      referer: '/cgi-bin/contactmanage?t=user/index',
      isAjax: true,
      answer: throttled(({ query }) => {
        const all = data.users.filter(({ group_id }) => group_id === Number(query['groupid']));
        const contacts = part(
          all,
          Number(query['pageidx']) * Number(query['pagesize']),
          query['pagesize'],
        );
        return json({
          base_resp: ok,
          contact_list: list({
            contacts: contacts.map(({ fakeid: id, nick_name, remark_name, group_id }) => ({
              id,
              nick_name,
              remark_name,
              group_id,
            })),
          }),
          group_list: list({ groups: data.groups }),
        });
      }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/appmsg',
      when: { type: '10' },
      query: ['token', 'lang', 'type', 'action', 'begin', 'count', 'f', 'random'],
      referer: MASS,
      isAjax: true,
      answer: ({ query }) =>
        json({
          base_resp: ok,
          app_msg_info: { item: part(data.news, query['begin'], query['count']) },
        }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/appmsg',
      when: { type: '77' },
      query: ['begin', 'count', 'type', 'action', ...COMMON],
      referer: '/cgi-bin/appmsg?begin=0&count=10&type=77',
      isAjax: true,
      answer: throttled(({ query }) =>
        json({
          base_resp: ok,
          app_msg_info: { item: part(data.news, query['begin'], query['count']) },
        }),
      ),
    },
    {
      method: 'GET',
      path: '/cgi-bin/filepage',
      query: ['token', 'lang', 'type', 'random', 'begin', 'count', 'f'],
      referer: MASS,
      isAjax: true,
      answer: ({ query }) =>
        json({
          base_resp: ok,
          page_info: {
            type: Number(query['type']),
            file_item: part(data.files, query['begin'], query['count']),
            file_cnt: { total: data.files.length },
          },
        }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/singlesendpage',
      when: { action: 'sync' },
      query: ['tofakeid', 'action', 'lastmsgfromfakeid', 'lastmsgid', 'createtime', ...COMMON],
      referer: MESSAGES,
      isAjax: true,
      answer: ({ query }) =>
        query['lastmsgfromfakeid'] === '3086174502'
          ? json({
              base_resp: ok,
              page_info: {
                to_nick_name: '用户 1',
                msg_items: {
                  msg_item: data.messages.filter(({ fakeid }) => fakeid === query['tofakeid']),
                },
              },
            })
          : refused(200002),
    },
    {
      method: 'GET',
      path: '/cgi-bin/message',
      query: ['t', 'f', 'lang', 'action?', 'count', 'day', 'frommsgid', 'offset', 'token'],
      referer: MESSAGES,
      isAjax: true,
      answer: ({ query }) =>
        json({
          base_resp: ok,
          msg_items: list(messagesFor(query['count'], query['offset'], String(query['frommsgid']))),
        }),
    },
    {
      method: 'POST',
      path: '/cgi-bin/getnewmsgnum',
      query: ['f', 't', 'lastmsgid', 'token', 'lang'],
      form: [...COMMON, 'random'],
      referer: MESSAGES,
      isAjax: true,
      answer: ({ query }) =>
        json({
          base_resp: ok,
          newTotalMsgCount: data.messages.filter(
            ({ id }) => Number(id) > Number(query['lastmsgid']),
          ).length,
        }),
    },
    {
      method: 'POST',
      path: '/cgi-bin/getcontactinfo',
      query: [],
      form: ['ajax', 'lang', 'random', 'token', 't', 'fakeid'],
      referer: CONTACT,
      isAjax: true,
      answer: ({ form }) => {
        const user = data.users.find(({ fakeid }) => fakeid === form['fakeid']);
        const contact_info = user && {
          fake_id: user.fakeid,
          nick_name: user.nick_name,
          remark_name: user.remark_name,
          group_id: user.group_id,
          user_name: '',
          signature: '',
          country: '中国',
          province: '',
          city: '',
          gender: 1,
        };
        return contact_info ? json({ base_resp: ok, contact_info }) : refused(200002);
      },
    },
    {
      method: 'GET',
      path: '/misc/getheadimg',
      query: ['fakeid', 'token', 'lang'],
      referer: CONTACT,
      isAjax: true,
      isPage: true,
      answer: () => ({ body: data.media.get('1') as Buffer, type: 'image/jpeg' }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/getimgdata',
      query: ['token', 'msgid', 'mode', 'source', 'fileId'],
      referer: MEDIA,
      isAjax: true,
      isPage: true,
      answer: bytes('image/jpeg'),
    },
    {
      method: 'GET',
      path: '/cgi-bin/getvoicedata',
      query: ['msgid', 'fileid', 'token', 'lang'],
      referer: MEDIA,
      isAjax: true,
      isPage: true,
      answer: bytes('audio/mp3'),
    },
    {
      method: 'GET',
      path: '/cgi-bin/getvideodata',
      query: ['msgid', 'fileid', 'token'],
      referer: MEDIA,
      isAjax: true,
      isPage: true,
      answer: bytes('video/mp4'),
    },
    {
      method: 'POST',
      path: '/cgi-bin/filetransfer',
      query: [
        'action',
        'f',
        'scene?',
        'writetype?',
        'groupid?',
        'ticket_id',
        'ticket',
        'svr_time?',
        'token',
        'lang',
        'seq?',
      ],
      referer: '/cgi-bin/indexpage?t=wxm-upload',
      isAjax: false,
      answer: ({ parts, query }) => {
        const file = parts?.find(({ name }) => name === 'file');
        if (query['ticket'] !== `ticket-${token()}` || query['ticket_id'] !== 'gh_owner')
          return refused(200002);
        if (!file) return refused(-1, 'file not exist');
        if (file.filename?.endsWith('.exe')) return refused(200, 'file invalid type');
        return json({ base_resp: ok, content: '300100', type: 'image', location: 'bizfile' });
      },
    },
    {
      method: 'POST',
      path: '/cgi-bin/operate_appmsg',
      query: ['lang', 't', 'sub', 'token'],
      form: [
        'token',
        'type',
        'lang',
        'sub',
        'ajax',
        'AppMsgId',
        'error',
        'count',
        'title*',
        'content*',
        'author*?',
        'digest*?',
        'fileid*?',
        'sourceurl*?',
      ],
      referer: '/cgi-bin/operate_appmsg?lang=zh_CN&sub=edit',
      isAjax: false,
      answer: ({ form }) => {
        if (form['title0'] === 'too long') return json({ ret: '-206', msg: 'title too long' });
        sent.push(form);
        return json({ ret: '0', msg: 'OK' });
      },
    },
    {
      method: 'GET',
      path: '/cgi-bin/user_tag',
      when: { action: 'get_user_list' },
      query: [
        'action',
        'groupid',
        'begin_openid',
        'begin_create_time',
        'limit',
        'offset',
        'backfoward',
        ...COMMON,
      ],
      referer: FANS,
      isAjax: true,
      answer: throttled(({ query }) => {
        const group = Number(query['groupid']);
        const all = data.users.filter(({ group_id }) => group === -2 || group_id === group);
        const begin = all.findIndex(({ fakeid }) => fakeid === query['begin_openid']) + 1;
        const fans = part(all, begin + Number(query['offset']), query['limit']).map(fanOf);
        const groups = data.groups.map(({ id, name, cnt }) => ({
          group_id: id,
          group_name: name,
          group_cnt: cnt,
        }));
        return json({
          base_resp: ok,
          user_list: { user_info_list: fans },
          group_info: { group_info_list: groups },
        });
      }),
    },
    {
      method: 'POST',
      path: '/cgi-bin/user_tag',
      when: { action: 'get_fans_info' },
      query: ['action'],
      form: ['user_openid', 'identity_open_id', 'random', ...COMMON],
      referer: FANS,
      isAjax: true,
      answer: ({ form }) =>
        json({
          base_resp: ok,
          user_list: {
            user_info_list: data.users
              .filter(({ fakeid }) => fakeid === form['user_openid'])
              .map(fanOf),
          },
        }),
    },
    {
      method: 'GET',
      path: '/cgi-bin/appmsgpublish',
      query: [
        'sub',
        'begin',
        'count',
        ...COMMON,
        'search_field?',
        'query?',
        'fakeid?',
        'type?',
        'free_publish_type?',
        'sub_action?',
      ],
      referer: EDITOR,
      isAjax: true,
      answer: throttled(({ query }) =>
        json({
          base_resp: ok,
          publish_page: JSON.stringify({
            total_count: data.publications.length,
            publish_list: part(data.publications, query['begin'], query['count']),
          }),
        }),
      ),
    },
    {
      method: 'GET',
      path: '/cgi-bin/searchbiz',
      query: ['action', 'begin', 'count', 'query', ...COMMON],
      referer: EDITOR,
      isAjax: true,
      answer: throttled(({ query }) =>
        json({
          base_resp: ok,
          list: part(data.accounts, query['begin'], query['count']),
          total: data.accounts.length,
        }),
      ),
    },
    {
      method: 'GET',
      path: '/cgi-bin/logout',
      query: ['t', 'token', 'lang'],
      referer: '/',
      isAjax: true,
      isPage: true,
      answer: () => ({ body: '<html></html>', type: 'text/html; charset=UTF-8' }),
    },
  ];
}
