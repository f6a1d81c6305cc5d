import { readField, unwrap } from './answers.ts';
import type { Connection } from './connection.ts';
import { modern } from './modern-requests.ts';
import { readList } from './reading.ts';
import type { FoundAccount, News, Publication } from './shapes.ts';

export interface PageOptions {
  /** Index of the first entry, from 0. */
  begin?: number | undefined;
  /** Default: 10. */
  count?: number | undefined;
}

/** 草稿箱: lists the drafts of a modern session. */
export async function readDrafts(
  connection: Connection,
  { begin = 0, count = 10 }: PageOptions,
): Promise<readonly News[]> {
  return readList(
    connection,
    (place) => modern.drafts(place, begin, count),
    ['app_msg_info', 'item'],
    [],
  );
}

export interface PublishedOptions extends PageOptions {
  fakeid?: string | undefined;
  keyword?: string | undefined;
}

/** Lists published articles of the account itself, or of another by its fakeid. */
export async function readPublished(
  connection: Connection,
  { begin = 0, count = 10, fakeid, keyword }: PublishedOptions,
): Promise<{ total: number; publications: readonly Publication[] }> {
  const given = { begin, count, fakeid, keyword };
  const path = '/cgi-bin/appmsgpublish';
  return connection.call(path, async (place) => {
    const answer = await connection.send(modern.published(place, given));
    const { total_count = 0, publish_list } = readField<PublishPage>(
      path,
      answer,
      ['publish_page'],
      {},
    );
    const publications = [...(publish_list || [])].map(({ publish_type, publish_info }) => {
      const info = unwrap(publish_info);
      // What was taken back has an empty text.
      const found = typeof info === 'object' ? info : undefined;
      return {
        publish_type,
        publish_info: { type: 0, msgid: 0, appmsgex: [], ...found } as Publication['publish_info'],
      };
    });
    return { total: Number(total_count), publications };
  });
}

/** The back end's own form, where anything may be missing. */
interface PublishPage {
  readonly total_count?: number | string;
  readonly publish_list?: readonly { publish_type: number; publish_info: unknown }[] | null | '';
}

export async function searchAccounts(
  connection: Connection,
  keyword: string,
  { begin = 0, count = 5 }: PageOptions,
): Promise<readonly FoundAccount[]> {
  return readList(
    connection,
    (place) => modern.accounts(place, keyword, begin, count),
    ['list'],
    [],
  );
}
