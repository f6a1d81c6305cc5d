/** Pictures, voices and videos: those of users, and uploads. */
import type { BackEndCall } from './call.ts';
import { type BackEndResponse, type Endpoint, verdict } from './endpoint.ts';
import { createFile } from './library.ts';
import { drawJpeg, OWN } from './own.ts';
import { findUser, nextId, type World } from './world.ts';

const MEDIA_PAGE = '/cgi-bin/message?t=message/list&token={token}&count=20&day=7';

function showAvatar({ query }: BackEndCall, world: World): BackEndResponse {
  const user = findUser(world, query['fakeid']);
  const bytes = user ? drawJpeg(user.fakeid) : Buffer.alloc(0);
  return { bytes };
}

/** Answers an empty body when there is no such message, or it is of another kind. */
function showMedia(messageType: number, type: string): Endpoint['handle'] {
  return ({ query }, { data: { media, messages } }) => {
    const id = query['msgid'] ?? '';
    const isOther = messages.some((one) => String(one.id) === id && one.type !== messageType);
    const bytes = isOther ? undefined : media.get(id);
    return { bytes: bytes ?? Buffer.alloc(0), type };
  };
}

/** The kinds of files by extension. */
const EXTENSIONS: readonly (readonly [extensions: RegExp, type: number])[] = [
  [/\.(?:jpe?g|png|gif|bmp)$/i, 2],
  [/\.(?:mp3|wma|wav|amr)$/i, 3],
  [/\.(?:mp4|rm|rmvb|wmv|avi|mpe?g)$/i, 4],
];

/** The name of a voice that is longer than the platform accepts. */
const TOO_LONG = 'long.mp3';

function upload({ query, parts }: BackEndCall, world: World): BackEndResponse {
  if (query['ticket_id'] !== OWN.userName || query['ticket'] !== OWN.ticket) {
    return verdict(200_002, 'invalid args');
  }
  const { filename = '', bytes = 0 } = parts.find(({ name }) => name === 'file') ?? {};
  const { files } = world.data;
  const type = EXTENSIONS.find(([extensions]) => extensions.test(filename))?.[1];
  if (type === undefined || bytes === 0) return verdict(200_006, 'file invalid type');
  if (filename === TOO_LONG) return verdict(200_007, 'audio too long');
  const id = nextId(files.map(({ file_id }) => file_id));
  const created = createFile(id, type, filename);
  files.unshift(created);
  const more = query['scene'] === undefined ? {} : { cdn_url: created.cdn_url };
  return verdict(0, 'ok', { location: 'bizfile', type: 'image', content: String(id), ...more });
}

const MEDIA_QUERY = 'msgid=<text> token=<token>';
const TICKET = 'ticket_id=<text> ticket=<text> token=<token> lang=zh_CN';

export const mediaEndpoints: readonly Endpoint[] = [
  {
    method: 'GET',
    path: '/misc/getheadimg',
    query: 'fakeid=<text> token=<token> lang=zh_CN',
    referer: '/cgi-bin/getmessage?t=wxm-message&lang=zh_CN&count=50&token={token}',
    kind: 'file',
    handle: showAvatar,
  },
  {
    method: 'GET',
    path: '/cgi-bin/getimgdata',
    query: `${MEDIA_QUERY} mode=large|small source= fileId=0`,
    referer: MEDIA_PAGE,
    kind: 'file',
    handle: showMedia(2, 'image/jpeg'),
  },
  {
    method: 'GET',
    path: '/cgi-bin/getvoicedata',
    query: `${MEDIA_QUERY} fileid= lang=zh_CN`,
    referer: MEDIA_PAGE,
    kind: 'file',
    handle: showMedia(3, 'audio/mp3'),
  },
  {
    method: 'GET',
    path: '/cgi-bin/getvideodata',
    query: `${MEDIA_QUERY} fileid=`,
    referer: MEDIA_PAGE,
    kind: 'file',
    handle: showMedia(4, 'video/mp4'),
  },
  {
    method: 'POST',
    path: '/cgi-bin/filetransfer',
    query: `action=upload_material f=json ${TICKET}`,
    form: 'Filename=<text> folder=/cgi-bin/uploads Upload=Submit%20Query',
    hasFile: true,
    referer: '/cgi-bin/indexpage?t=wxm-upload&lang=zh_CN&type=2&formId=1',
    script: 'absent',
    handle: upload,
  },
  {
    method: 'POST',
    path: '/cgi-bin/filetransfer',
    query: `action=upload_material f=json scene=8 writetype=doublewrite groupid=1 ${TICKET} svr_time=<int> seq=<int>`,
    form: 'id=WU_FILE_0 name=<text> type=<text> lastModifiedDate=<text> size=<int>',
    hasFile: true,
    script: 'either',
    handle: upload,
  },
];
