/** Files: what is uploaded is kept and given back. */
import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { Readable } from 'node:stream';
import { asObject, type Call, type Endpoints, OK, type World } from './call.ts';
import { type RawAnswer, raw } from './contract.ts';
import type { FormPart } from './form.ts';
import { takePage } from './lists.ts';
import { demand, Refusal } from './refusal.ts';

interface Kept {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly content: Buffer;
  readonly keptAt: number;
  readonly isPermanent: boolean;
  readonly title: unknown;
  readonly description: unknown;
}

interface Rule {
  readonly kinds: readonly string[];
  readonly bytes: number;
  readonly tooLarge: number;
}

const MB = 1024 * 1024;
const THUMB: Rule = { kinds: ['.jpg', '.jpeg'], bytes: 64 * 1024, tooLarge: 40012 };
const VIDEO: Rule = { kinds: ['.mp4'], bytes: 10 * MB, tooLarge: 40011 };
const PICTURES = ['.png', '.jpg', '.jpeg', '.gif'];
const TEMPORARY: Readonly<Record<string, Rule>> = {
  image: { kinds: PICTURES, bytes: 10 * MB, tooLarge: 40009 },
  voice: { kinds: ['.amr', '.mp3'], bytes: 2 * MB, tooLarge: 40010 },
  video: VIDEO,
  thumb: THUMB,
};
const PERMANENT: Readonly<Record<string, Rule>> = {
  image: { kinds: [...PICTURES, '.bmp'], bytes: 10 * MB, tooLarge: 40009 },
  voice: { kinds: ['.mp3', '.wma', '.wav', '.amr'], bytes: 2 * MB, tooLarge: 40010 },
  video: VIDEO,
  thumb: THUMB,
};
/** Less than 1 MB. */
const IN_ARTICLE: Rule = { kinds: ['.jpg', '.jpeg', '.png'], bytes: MB - 1, tooLarge: 40009 };
const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.gif': 'image/gif',
  '.bmp': 'image/bmp',
  '.mp3': 'audio/mp3',
  '.amr': 'audio/amr',
  '.mp4': 'video/mp4',
};
const TEMPORARY_LIFE = 3 * 86_400_000;
/** Of all that is kept; the oldest go. */
const ROOM = 256 * MB;

export interface MediaRoom {
  readonly endpoints: Endpoints;
  /** The bytes of a video, which are fetched without a token. */
  video(id: string): RawAnswer | undefined;
}

export function createMediaRoom(world: World): MediaRoom {
  const store = new Map<string, Kept>();
  let used = 0;

  function keep(
    file: FormPart,
    rest: Pick<Kept, 'type' | 'isPermanent' | 'title' | 'description'>,
  ) {
    const id = randomBytes(48).toString('base64url');
    // A copy: a slice would hold the whole request.
    const content = Buffer.from(file.content);
    store.set(id, { id, name: `${file.filename}`, content, keptAt: world.now(), ...rest });
    used += content.length;
    for (const [oldest, { content: old }] of store) {
      if (used <= ROOM) break;
      store.delete(oldest);
      used -= old.length;
    }
    return id;
  }

  function find(id: unknown, isPermanent: boolean): Kept {
    const kept = store.get(`${id as string}`);
    const isThere = kept?.isPermanent === isPermanent;
    const isAlive = isPermanent || (kept && world.now() - kept.keptAt < TEMPORARY_LIFE);
    if (!isThere || !isAlive) throw new Refusal(40007);
    return kept as Kept;
  }

  const permanent = (type: string) =>
    [...store.values()].filter((kept) => kept.isPermanent && kept.type === type);
  const listOf = (type: string) => [
    ...(world.data.materials[type] ?? []),
    ...permanent(type).map(({ id, name, keptAt }) => {
      return { media_id: id, name, update_time: Math.floor(keptAt / 1000) };
    }),
  ];
  const addressOf = (id: string) => `${world.url}/video/${id}`;

  function getTemporary({ query }: Call): unknown {
    const id = `${query['media_id']}`;
    const size = /^big:(\d+)$/.exec(id)?.[1];
    if (size !== undefined) return attachment(id, '.jpg', Number(size), zeros(Number(size)));
    const kept = find(id, false);
    if (kept.type === 'video') return { video_url: addressOf(id) };
    return attachment(id, extname(kept.name), kept.content.length, kept.content);
  }

  function getPermanent({ given }: Call): unknown {
    const { id, type, name, content, title, description } = find(given['media_id'], true);
    if (type === 'video') return { title, description, down_url: addressOf(id) };
    return attachment(id, extname(name), content.length, content);
  }

  const endpoints: Endpoints = {
    '/cgi-bin/media/upload': ({ query, form }) => {
      const type = `${query['type']}`;
      const file = checkedFile(form, TEMPORARY[type]);
      const id = keep(file, { type, isPermanent: false, title: '', description: '' });
      const name = type === 'thumb' ? 'thumb_media_id' : 'media_id';
      return { type, [name]: id, created_at: Math.floor(world.now() / 1000) };
    },
    '/cgi-bin/media/uploadimg': ({ form }) => {
      const { sha256 } = checkedFile(form, IN_ARTICLE);
      return { url: `http://mmbiz.qpic.cn/mmbiz_jpg/${sha256}/0` };
    },
    '/cgi-bin/media/get': getTemporary,
    '/cgi-bin/media/get/jssdk': getTemporary,
    '/cgi-bin/material/add_material': ({ query, form }) => {
      const type = `${query['type']}`;
      const file = checkedFile(form, PERMANENT[type]);
      const { title, introduction } = type === 'video' ? readDescription(form) : {};
      const id = keep(file, { type, isPermanent: true, title, description: introduction });
      const url = `http://mmbiz.qpic.cn/mmbiz_jpg/${file.sha256}/0?wx_fmt=jpeg`;
      return type === 'image' ? { media_id: id, url } : { media_id: id };
    },
    '/cgi-bin/material/get_material': getPermanent,
    '/cgi-bin/material/del_material': ({ given }) => {
      const { id, content } = find(given['media_id'], true);
      store.delete(id);
      used -= content.length;
      return OK;
    },
    '/cgi-bin/material/get_materialcount': () => {
      const counts = ['voice', 'video', 'image', 'news'].map((type) => {
        return [`${type}_count`, listOf(type).length] as const;
      });
      return Object.fromEntries(counts);
    },
    '/cgi-bin/material/batchget_material': ({ given }) => {
      const type = `${given['type'] as string}`;
      demand(['image', 'video', 'voice', 'news'].includes(type), 40004);
      return takePage(listOf(type), given);
    },
  };

  return {
    endpoints,
    video(id) {
      const kept = store.get(id);
      if (kept?.type !== 'video') return undefined;
      return attachment(id, '.mp4', kept.content.length, kept.content);
    },
  };
}

function checkedFile(form: readonly FormPart[], rule: Rule | undefined): FormPart {
  if (!rule) throw new Refusal(40004);
  const file = form.find(({ name, filename }) => name === 'media' && filename !== undefined);
  if (!file) throw new Refusal(41005);
  demand(file.bytes > 0, 44001);
  demand(rule.kinds.includes(extname(`${file.filename}`).toLowerCase()), 40005);
  demand(file.bytes <= rule.bytes, rule.tooLarge);
  return file;
}

/** A permanent video has a second part, whose text is JSON; without it, it is refused like bad JSON. */
function readDescription(form: readonly FormPart[]): Readonly<Record<string, unknown>> {
  const text = form.find(({ name }) => name === 'description')?.text ?? '';
  try {
    const description = asObject(JSON.parse(text));
    demand(typeof description['title'] === 'string', 47001);
    return description;
  } catch {
    throw new Refusal(47001);
  }
}

function attachment(id: string, kind: string, length: number, body: Buffer | Readable): RawAnswer {
  return raw({
    headers: {
      Connection: 'close',
      'Content-Type': CONTENT_TYPES[kind.toLowerCase()] ?? 'image/jpeg',
      // The platform writes the second word small.
      'Content-disposition': `attachment; filename="${id}${kind}"`,
      'Cache-Control': 'no-cache, must-revalidate',
      'Content-Length': length,
    },
    body,
  });
}

function zeros(length: number): Readable {
  function* chunks(): Iterable<Buffer> {
    const chunk = Buffer.alloc(64 * 1024);
    for (let left = length; left > 0; left -= chunk.length) {
      yield left < chunk.length ? chunk.subarray(0, left) : chunk;
    }
  }
  return Readable.from(chunks(), { objectMode: false });
}
