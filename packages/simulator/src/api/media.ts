/** Uploaded files, stored and returned. */

import { randomBytes } from 'node:crypto';
import { extname } from 'node:path';
import { readSeconds } from '../clock.ts';
import type { Media, State } from '../state.ts';
import type { World } from '../world.ts';
import { asObject, type Call, type Endpoints, lookUp, OK, type Platform } from './call.ts';
import { type RawAnswer, raw } from './contract.ts';
import { type CheckedFile, checkFile, IN_ARTICLE, PERMANENT, TEMPORARY } from './file-rules.ts';
import type { FormPart } from './form.ts';
import { takePage } from './lists.ts';
import { findNews } from './news.ts';
import { ApiRefusal, demand } from './refusal.ts';

const TEMPORARY_LIFE = 3 * 86_400_000;
/** Maximum base64 characters of all stored files; the oldest temporary ones are deleted first. */
const ROOM = 256 * 1024 * 1024;
const LISTS = ['image', 'video', 'voice', 'news'];

/** Returns a file that still exists, optionally of certain types. */
export function findMedia(world: World, id: unknown, types?: readonly Media['type'][]): Media {
  const media = lookUp(world.state.media, id);
  const isAlive = media?.isPermanent || (media && world.clock.now() - media.at < TEMPORARY_LIFE);
  const isRight = isAlive && (types?.includes(media.type) ?? true);
  if (!isRight) throw new ApiRefusal(40007);
  return media;
}

/** Returns the bytes of a file at its address, which needs no token. */
export function showMedia(world: World, id: string): RawAnswer {
  try {
    return attachment(id, findMedia(world, id));
  } catch {
    return raw({ status: 404 });
  }
}

export function mediaEndpoints({ world, url }: Platform): Endpoints {
  const createAddress = (id: string) => `${url}/media/${id}`;

  function keep(file: CheckedFile, rest: Partial<Media> & Pick<Media, 'isPermanent'>): string {
    const { content, ...about } = file;
    const id = randomBytes(48).toString('base64url');
    const { media } = world.state;
    media[id] = { ...about, bytes: content.toString('base64'), at: world.clock.now(), ...rest };
    makeRoom(world.state);
    return id;
  }

  function getTemporary({ query }: Call): unknown {
    const id = `${query['media_id']}`;
    const media = findMedia(world, id);
    demand(!media.isPermanent, 40007);
    return media.type === 'video' ? { video_url: createAddress(id) } : attachment(id, media);
  }

  function findPermanent(id: unknown): Media {
    const media = findMedia(world, id);
    demand(media.isPermanent && !media.isUnlisted, 40007);
    return media;
  }

  function list(type: string): object[] {
    if (type === 'news') return [];
    return Object.entries(world.state.media)
      .filter(([, kept]) => kept.isPermanent && !kept.isUnlisted && kept.type === type)
      .map(([id, { filename, at }]) => {
        const about = { media_id: id, name: filename, update_time: Math.floor(at / 1000) };
        return type === 'image' ? { ...about, url: createAddress(id) } : about;
      });
  }

  return {
    '/cgi-bin/media/upload': ({ query, form }) => {
      const file = checkFile(form, TEMPORARY, query['type']);
      const id = keep(file, { isPermanent: false });
      const name = file.type === 'thumb' ? 'thumb_media_id' : 'media_id';
      return { type: file.type, [name]: id, created_at: readSeconds(world.clock) };
    },
    '/cgi-bin/media/uploadimg': ({ form }) => {
      const file = checkFile(form, IN_ARTICLE, 'image');
      return { url: createAddress(keep(file, { isPermanent: true, isUnlisted: true })) };
    },
    '/cgi-bin/media/get': getTemporary,
    '/cgi-bin/media/get/jssdk': getTemporary,
    '/cgi-bin/material/add_material': ({ query, form }) => {
      const file = checkFile(form, PERMANENT, query['type']);
      const about = file.type === 'video' ? readDescription(form) : {};
      const id = keep(file, { isPermanent: true, ...about });
      return { media_id: id, ...(file.type === 'image' && { url: createAddress(id) }) };
    },
    '/cgi-bin/material/get_material': ({ given: { media_id: id } }) => {
      const news = findNews(world.state, id);
      if (news) return { news_item: news };
      const media = findPermanent(id);
      // Whatever it is, it comes as text: https://github.com/w7corp/easywechat/issues/290
      const file = { ...media, contentType: 'text/plain' };
      if (media.type !== 'video') return attachment(`${id as string}`, file);
      const { title, introduction: description } = media;
      return { title, description, down_url: createAddress(`${id as string}`) };
    },
    '/cgi-bin/material/del_material': ({ given: { media_id: id } }) => {
      findPermanent(id);
      delete world.state.media[`${id as string}`];
      return OK;
    },
    '/cgi-bin/material/get_materialcount': () => {
      return Object.fromEntries(LISTS.map((type) => [`${type}_count`, list(type).length]));
    },
    '/cgi-bin/material/batchget_material': ({ given }) => {
      const { type } = given;
      demand(typeof type === 'string' && LISTS.includes(type), 40004);
      return takePage(list(type), given);
    },
  };
}

function makeRoom({ media }: State): void {
  let used = Object.values(media).reduce((sum, { bytes }) => sum + bytes.length, 0);
  if (used <= ROOM) return;
  const oldest = Object.entries(media).sort(
    ([, one], [, other]) =>
      Number(one.isPermanent) - Number(other.isPermanent) || one.at - other.at,
  );
  for (const [id, { bytes }] of oldest) {
    if (used <= ROOM) return;
    delete media[id];
    used -= bytes.length;
  }
}

/**
 * Reads the second part of a permanent video, whose text is JSON; without it the request is refused
 * like bad JSON.
 */
function readDescription(form: readonly FormPart[]): Pick<Media, 'title' | 'introduction'> {
  const text = form.find(({ name }) => name === 'description')?.text ?? '';
  const { title, introduction } = readJson(text);
  demand(typeof title === 'string' && title !== '', 47001);
  return { title, introduction: typeof introduction === 'string' ? introduction : '' };
}

function readJson(text: string): Readonly<Record<string, unknown>> {
  try {
    return asObject(JSON.parse(text));
  } catch {
    throw new ApiRefusal(47001);
  }
}

function attachment(id: string, { filename, contentType, bytes }: Media): RawAnswer {
  const body = Buffer.from(bytes, 'base64');
  return raw({
    headers: {
      Connection: 'close',
      'Content-Type': contentType,
      // The platform writes the second word small.
      'Content-disposition': `attachment; filename="${id}${getExtension(filename)}"`,
      'Cache-Control': 'no-cache, must-revalidate',
      'Content-Length': body.length,
      'X-Content-Type-Options': 'nosniff',
    },
    body,
  });
}

function getExtension(filename: string): string {
  const extension = extname(filename);
  return /^\.\w{1,8}$/.test(extension) ? extension : '';
}
