import type { BackEndRequest, FormValues } from './http.ts';
import type { NewArticle } from './shapes.ts';

/** The fields of a session that every request needs. */
export interface SessionFields {
  readonly token: number;
}

const random = (): number => Math.random();
/** The page of messages, the referer of most requests. */
const messagePage = ({ token }: SessionFields) =>
  `/cgi-bin/message?t=message/list&count=20&day=7&token=${token}&lang=zh_CN`;
const massPage = ({ token }: SessionFields) =>
  `/cgi-bin/masssendpage?t=mass/send&token=${token}&lang=zh_CN`;
const contactPage = ({ token }: SessionFields) =>
  `/cgi-bin/getmessage?t=wxm-message&lang=zh_CN&count=50&token=${token}`;
const mediaPage = ({ token }: SessionFields) =>
  `/cgi-bin/message?t=message/list&token=${token}&count=20&day=7`;
const sendPage = ({ token }: SessionFields, fakeid: string) =>
  `/cgi-bin/singlesendpage?t=message/send&action=index&tofakeid=${fakeid}&token=${token}&lang=zh_CN`;
const query = (place: SessionFields): FormValues => ({ token: place.token, lang: 'zh_CN' });
const json = (place: SessionFields): FormValues => ({ ...query(place), f: 'json', ajax: 1 });

/** The requests of the back end that the Python SDK knew. */
export const classic = {
  home: ({ token }: SessionFields): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/home',
    query: { t: 'home/index', lang: 'zh_CN', token },
    referer: '',
  }),

  plugin: ({ token }: SessionFields): BackEndRequest => {
    const path = '/misc/pluginloginpage';
    const asked = {
      action: 'stat_article_detail',
      pluginid: 'luopan',
      t: 'statistics/index',
      token,
      lang: 'zh_CN',
    };
    const search = Object.entries(asked)
      .map(([name, value]) => `${name}=${value}`)
      .join('&');
    return { method: 'GET', path, query: asked, referer: `${path}?${search}` };
  },

  sendMessage: (place: SessionFields, fakeid: string, content: string): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: { t: 'ajax-response' },
    form: { tofakeid: fakeid, type: 1, token: place.token, content, ajax: 1 },
    referer: sendPage(place, fakeid),
  }),

  sendNews: (place: SessionFields, fakeid: string, msgid: string): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: { t: 'ajax-response' },
    form: {
      ...json(place),
      tofakeid: fakeid,
      type: 10,
      appmsgid: msgid,
      app_id: msgid,
      error: 'false',
      random: random(),
    },
    referer: `/cgi-bin/singlemsgpage?fromfakeid=${fakeid}&msgid=&source=&count=20&t=wxm-singlechat&lang=zh_CN`,
  }),

  sendFile: (place: SessionFields, fakeid: string, fid: string, type: number): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/singlesend',
    query: { t: 'ajax-response', f: 'json', ...query(place) },
    form: {
      ...json(place),
      random: random(),
      type,
      ...(type === 15 ? { app_id: fid, appmsgid: fid } : { file_id: fid, fileid: fid }),
      tofakeid: fakeid,
      imgcode: '',
    },
    referer: `/cgi-bin/singlesendpage?tofakeid=${fakeid}&t=message/send&action=index&token=${place.token}&lang=zh_CN`,
  }),

  contacts: (
    { token }: SessionFields,
    { page, pageSize, groupId }: { page: number; pageSize: number; groupId: number | string },
  ): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/contactmanage',
    query: {
      t: 'user/index',
      pagesize: pageSize,
      pageidx: page,
      type: 0,
      groupid: groupId,
      lang: 'zh_CN',
      f: 'json',
      token,
    },
    referer: `/cgi-bin/contactmanage?t=user/index&pagesize=${pageSize}&pageidx=${page}&type=0&groupid=0&lang=zh_CN&token=${token}`,
  }),

  newsList: (place: SessionFields, page: number, pageSize: number): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/appmsg',
    query: {
      ...query(place),
      type: 10,
      action: 'list',
      begin: page * pageSize,
      count: pageSize,
      f: 'json',
      random: random(),
    },
    referer: massPage(place),
  }),

  fileList: (place: SessionFields, type: number, page: number, count: number): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/filepage',
    query: { ...query(place), type, random: random(), begin: page * count, count, f: 'json' },
    referer: massPage(place),
  }),

  dialog: (
    place: SessionFields,
    fakeid: string,
    {
      own,
      lastMsgId,
      createTime,
    }: { own: string; lastMsgId: number | string; createTime: number | string },
  ): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/singlesendpage',
    query: {
      tofakeid: fakeid,
      action: 'sync',
      lastmsgfromfakeid: own,
      lastmsgid: lastMsgId,
      createtime: createTime,
      ...json(place),
    },
    referer: messagePage(place),
  }),

  messages: (
    { token }: SessionFields,
    given: { lastId: number | string; offset: number; count: number; day: number; star: boolean },
  ): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/message',
    query: {
      t: 'message/list',
      f: 'json',
      lang: 'zh_CN',
      action: given.star ? 'star' : undefined,
      count: given.count,
      day: given.day,
      frommsgid: String(given.lastId) === '0' ? '' : given.lastId,
      offset: given.offset,
      token,
    },
    referer: messagePage({ token }),
  }),

  newMessageNumber: (place: SessionFields, lastId: number | string): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/getnewmsgnum',
    query: { f: 'json', t: 'ajax-getmsgnum', lastmsgid: lastId, ...query(place) },
    form: { ...json(place), random: random() },
    referer: messagePage(place),
  }),

  contactInfo: (place: SessionFields, fakeid: string): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/getcontactinfo',
    form: {
      ajax: 1,
      ...query(place),
      random: random(),
      t: 'ajax-getcontactinfo',
      fakeid,
    },
    referer: contactPage(place),
  }),

  avatar: (place: SessionFields, fakeid: string): BackEndRequest => ({
    method: 'GET',
    path: '/misc/getheadimg',
    query: { fakeid, ...query(place) },
    referer: contactPage(place),
  }),

  messageImage: (place: SessionFields, msgid: string, mode: 'large' | 'small'): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/getimgdata',
    query: { token: place.token, msgid, mode, source: '', fileId: 0 },
    referer: mediaPage(place),
  }),

  messageVoice: (place: SessionFields, msgid: string): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/getvoicedata',
    query: { msgid, fileid: '', ...query(place) },
    referer: mediaPage(place),
  }),

  messageVideo: (place: SessionFields, msgid: string): BackEndRequest => ({
    method: 'GET',
    path: '/cgi-bin/getvideodata',
    query: { msgid, fileid: '', token: place.token },
    referer: mediaPage(place),
  }),

  addNews: (place: SessionFields, news: readonly NewArticle[]): BackEndRequest => ({
    method: 'POST',
    path: '/cgi-bin/operate_appmsg',
    query: { lang: 'zh_CN', t: 'ajax-response', sub: 'create', token: place.token },
    form: {
      ...query(place),
      type: 10,
      sub: 'create',
      ajax: 1,
      AppMsgId: '',
      error: 'false',
      count: news.length,
      ...Object.assign({}, ...news.map(articleForm)),
    },
    referer: `/cgi-bin/operate_appmsg?lang=zh_CN&sub=edit&t=wxm-appmsgs-edit-new&type=10&subtype=3&token=${place.token}`,
    isAjax: false,
  }),
};

function articleForm(article: NewArticle, index: number): FormValues {
  return {
    [`title${index}`]: article.title,
    [`author${index}`]: article.author,
    [`digest${index}`]: article.summary,
    [`content${index}`]: article.content,
    [`fileid${index}`]: article.picture_id,
    [`sourceurl${index}`]: article.from_url,
  };
}
