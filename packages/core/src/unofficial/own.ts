import { basename } from 'node:path';
import { InvalidArgumentError } from '../errors.ts';
import { openFile } from '../official/file.ts';
import { writeForm } from '../official/form.ts';
import { readObject, scrape } from './answers.ts';
import type { Connection } from './connection.ts';
import { NeedLoginError } from './errors.ts';
import { classic, type SessionFields } from './requests.ts';
import { checkAccepted } from './sending.ts';
import type { OwnInformation, Plugin, Session } from './session.ts';

/** Returns the account's details from its home page, once in a session. */
export async function ownInformation(
  connection: Connection,
  place: SessionFields,
  session: Session,
): Promise<OwnInformation> {
  if (session.own) return session.own;
  const { body } = await connection.send(classic.home(place), session);
  const page = body.toString();
  const ticketId = scrape(page, /\buser_name\s*:\s*"([^"\n]+)"/);
  const ticket = scrape(page, /\bticket\s*:\s*"([^"\n]+)"/);
  const fakeid = scrape(page, /\buin\s*:\s*"([^"\n]+)"/);
  if (!ticketId || !ticket || !fakeid) throw new NeedLoginError('/cgi-bin/home');
  const time = scrape(page, /\btime\s*:\s*"?(\d+)/);
  session.own = { ticketId, ticket, fakeid, time };
  return session.own;
}

/** Returns the token and AppID of the statistics pages, once in a session. */
export async function readPlugin(
  connection: Connection,
  place: SessionFields,
  session: Session,
): Promise<Plugin> {
  if (session.plugin) return session.plugin;
  const { body } = await connection.send(classic.plugin(place), session);
  const page = body.toString();
  const pluginToken = scrape(page, /\bpluginToken\s*:\s*'([^'\n]+)'/);
  const appid = scrape(page, /\bappid\s*:\s*'([^'\n]+)'/);
  if (!pluginToken || !appid) throw new NeedLoginError('/misc/pluginloginpage');
  session.plugin = { pluginToken, appid };
  return session.plugin;
}

/**
 * Uploads a file to the material as a stream, and returns its id.
 *
 * @throws {InvalidArgumentError} when the file cannot be read or is refused
 */
export async function uploadFile(connection: Connection, filePath: string): Promise<string> {
  const path = '/cgi-bin/filetransfer';
  return connection.call(path, async (place, session) => {
    const { ticketId, ticket, time } = await ownInformation(connection, place, session);
    const file = await openFile(filePath, undefined, {}).catch((cause: unknown) => {
      throw new InvalidArgumentError('file not exist', { cause });
    });
    const isModern = session.dialect === 'modern';
    const name = basename(filePath);
    const fields = isModern
      ? {
          id: 'WU_FILE_0',
          name,
          type: file.contentType,
          lastModifiedDate: String(new Date()),
          size: String(file.size),
          file,
        }
      : { Filename: name, folder: '/cgi-bin/uploads', Upload: 'Submit Query', file };
    const answer = await connection.send({
      method: 'POST',
      path,
      query: {
        action: 'upload_material',
        f: 'json',
        ...(isModern && { scene: 8, writetype: 'doublewrite', groupid: 1 }),
        ticket_id: ticketId,
        ticket,
        svr_time: isModern ? time : undefined,
        token: place.token,
        lang: 'zh_CN',
        ...(isModern && { seq: Date.now() }),
      },
      form: writeForm(fields),
      referer: '/cgi-bin/indexpage?t=wxm-upload&lang=zh_CN&type=2&formId=1',
      isAjax: false,
    });
    checkAccepted(path, 'file', answer);
    return String(readObject(path, answer)['content']);
  });
}
