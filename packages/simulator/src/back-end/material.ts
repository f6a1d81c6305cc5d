/** The articles and files of the account. */
import type { BackEndCall } from './call.ts';
import { type BackEndResponse, type Endpoint, Misfit, verdict } from './endpoint.ts';
import { type Article, createNews } from './library.ts';
import { nextId, type World } from './world.ts';

const MASS_PAGE = '/cgi-bin/masssendpage?t=mass/send&token={token}&lang=zh_CN';
const DRAFT_QUERY =
  'begin=<int> count=<int> type=77 action=list|list_card token=<token> lang=zh_CN f=json ajax=1 fingerprint?=<text>';

export function cutPage<Row>(rows: readonly Row[], { query }: BackEndCall): Row[] {
  const begin = Number(query['begin']);
  return rows.slice(begin, begin + Number(query['count']));
}

function listNews(call: BackEndCall, { data: { news } }: World): BackEndResponse {
  return verdict(0, 'ok', { app_msg_info: { item: cutPage(news, call), file_cnt: {} } });
}

function listDrafts(call: BackEndCall, { data: { drafts } }: World): BackEndResponse {
  const file_cnt = { draft_count: drafts.length };
  return verdict(0, 'ok', { app_msg_info: { item: cutPage(drafts, call), file_cnt } });
}

function listFiles(call: BackEndCall, { data: { files, news } }: World): BackEndResponse {
  const type = Number(call.query['type']);
  const count = (wanted: number) => files.filter((file) => file.type === wanted).length;
  const page_info = {
    type,
    file_item: cutPage(
      files.filter((file) => file.type === type),
      call,
    ),
    file_cnt: {
      total: files.length + news.length,
      img_cnt: count(2),
      voice_cnt: count(3),
      video_cnt: count(4),
      app_msg_cnt: news.length,
      // The platform spells it so.
      commondity_msg_cnt: 0,
      video_msg_cnt: 0,
    },
  };
  return verdict(0, 'ok', { page_info });
}

function createArticles({ form }: BackEndCall, world: World): BackEndResponse {
  const count = Number(form['count']);
  const articles = Array.from({ length: count }, (_, at) => readArticle(form, at));
  const isTooMany = form[`title${count}`] !== undefined;
  if (count < 1 || isTooMany) throw new Misfit('form has a count that is not that of its titles');
  const isDraft = form['type'] === '77';
  const createVerdict = (ret: number, msg: string) =>
    isDraft ? verdict(ret, msg) : { json: { ret: String(ret), msg } };
  if (articles.some(({ title = '' }) => title.length > 64))
    return createVerdict(-206, 'title too long');
  const list = isDraft ? world.data.drafts : world.data.news;
  list.unshift(createNews(nextId(list.map(({ app_id }) => app_id)), articles));
  return createVerdict(0, 'OK');
}

function readArticle(form: BackEndCall['form'], at: number): Partial<Article> {
  const [title, content] = [form[`title${at}`], form[`content${at}`]];
  if (!title || !content) throw new Misfit(`form lacks title${at} or content${at}`);
  return {
    title,
    author: form[`author${at}`] ?? '',
    digest: form[`digest${at}`] ?? '',
    source_url: form[`sourceurl${at}`] ?? '',
    file_id: Number(form[`fileid${at}`] ?? 0),
  };
}

export const materialEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/cgi-bin/appmsg',
    query:
      'token=<token> lang=zh_CN type=10 action=list begin=<int> count=<int> f=json random=<random>',
    referer: MASS_PAGE,
    handle: listNews,
  },
  {
    method: 'GET',
    path: '/cgi-bin/appmsg',
    query: DRAFT_QUERY,
    isThrottled: true,
    handle: listDrafts,
  },
  {
    method: 'GET',
    path: '/cgi-bin/filepage',
    query: 'token=<token> lang=zh_CN type=2|3|4 random=<random> begin=<int> count=<int> f=json',
    referer: MASS_PAGE,
    handle: listFiles,
  },
  {
    method: 'GET',
    path: '/cgi-bin/filepage',
    query:
      'begin=<int> count=<int> type=2|3|4 token=<token> lang=zh_CN f=json ajax=1 fingerprint?=<text>',
    isThrottled: true,
    handle: listFiles,
  },
  {
    method: 'POST',
    path: '/cgi-bin/operate_appmsg',
    query: 'lang=zh_CN t=ajax-response sub=create token=<token>',
    form: `token=<token> type=10|77 lang=zh_CN sub=create ajax=1 AppMsgId= error=false count=<int>
      title#=<text> author#=<any> digest#=<any> content#=<text> fileid#=<any> sourceurl#=<any>`,
    referer:
      '/cgi-bin/operate_appmsg?lang=zh_CN&sub=edit&t=wxm-appmsgs-edit-new&type=10&subtype=3&token={token}',
    script: 'absent',
    handle: createArticles,
  },
];
