/** Mass sending (群发). */
import type { ReceivedMessage } from '../events.ts';
import type { Person } from '../state.ts';
import { keep } from './bounded.ts';
import {
  asObject,
  type Call,
  type Endpoints,
  findPeople,
  findPerson,
  isIndex,
  type JsonFields,
  listFollowers,
  lookUp,
  OK,
  type Platform,
} from './call.ts';
import { type MessageType, readContent } from './content.ts';
import { raw } from './contract.ts';
import { nextMessageId } from './message-ids.ts';
import { someone } from './news.ts';
import { ApiRefusal, demand, refusalBody } from './refusal.ts';

const TYPES: readonly MessageType[] = ['text', 'mpnews', 'image', 'voice', 'mpvideo', 'wxcard'];
const OPENIDS = 10_000;
const A_MONTH = 4;
const DAY = 86_400_000;
const CLIENT_ID_BYTES = 64;
/** Days and months are those of Beijing. */
const BEIJING = 8 * 3_600_000;
/** Thousands a minute, by the number of the speed. */
const SPEEDS = [80, 60, 45, 30, 10];

export function massEndpoints({ world }: Platform): Endpoints {
  const jobs = new Map<string, 'SEND_SUCCESS' | 'DELETE'>();
  const clientIds = new Map<string, { readonly id: string; readonly at: number }>();
  /** The messages of each month by openid, and the days of messages to all. */
  const counts = new Map<string, number>();
  const daysToAll: string[] = [];
  let speed = 0;

  const today = () => new Date(world.clock.now() + BEIJING).toISOString().slice(0, 10);

  function takeTurnToAll(): void {
    const day = today();
    const month = day.slice(0, 7);
    demand(!daysToAll.includes(day), 45028);
    demand(daysToAll.filter((one) => one.startsWith(month)).length < A_MONTH, 45028);
    daysToAll.push(day);
  }

  /** Sends to one user; returns whether it arrived, as a user receives 4 a month. */
  function sendTo(person: Person, message: ReceivedMessage): boolean {
    const key = `${today().slice(0, 7)} ${person.openid}`;
    const count = counts.get(key) ?? 0;
    if (count >= A_MONTH || person.isBlocked || !person.follows) return false;
    keep(counts, key, count + 1, 1_000_000);
    world.show(person, { via: 'mass', at: world.clock.now(), message });
    return true;
  }

  function send({ given, request, afterwards }: Call, choose: () => Person[], isToAll = false) {
    const former = clientIds.get(checkClientId(given));
    if (former && world.clock.now() - former.at < DAY) {
      const refusal = refusalBody(new ApiRefusal(45065), request.path, world.clock.now());
      return raw({ body: withId(refusal, former.id) });
    }
    const people = choose();
    const message = readContent(world, withImages(given), TYPES);
    if (isToAll) takeTurnToAll();
    const id = nextMessageId();
    keep(jobs, id, 'SEND_SUCCESS');
    if (given['clientmsgid']) {
      keep(clientIds, checkClientId(given), { id, at: world.clock.now() });
    }
    const SentCount = people.filter((person) => sendTo(person, message)).length;
    const TotalCount = people.length;
    const person = people[0] ?? someone(world);
    afterwards(() => {
      if (!person) return;
      world.notify(person, 'event:masssendjobfinish', {
        MsgID: id,
        Status: 'send success',
        TotalCount,
        FilterCount: TotalCount,
        SentCount,
        ErrorCount: TotalCount - SentCount,
      });
    });
    const words = { errcode: 0, errmsg: 'send job submission success' };
    return raw({ body: withId(words, id) });
  }

  function findJob({ msg_id: id }: JsonFields): string {
    demand(jobs.has(String(id)), 40097);
    return String(id);
  }

  return {
    '/cgi-bin/message/mass/sendall': (call) => {
      const { is_to_all: isToAll, tag_id: tagId } = asObject(call.given['filter']);
      if (isToAll === true) return send(call, () => listFollowers(world.state), true);
      const choose = () => {
        demand(lookUp(world.state.tags, tagId), 45159);
        return listFollowers(world.state).filter(({ tagIds }) => tagIds.includes(Number(tagId)));
      };
      return send(call, choose);
    },
    '/cgi-bin/message/mass/send': (call) => {
      const { touser: openids } = call.given;
      demand(!Array.isArray(openids) || openids.length >= 2, 40130);
      return send(call, () => [...new Set(findPeople(world.state, openids, OPENIDS))]);
    },
    '/cgi-bin/message/mass/preview': ({ given }) => {
      const { people } = world.state;
      const byName = Object.values(people).find(({ name }) => name === given['towxname']);
      demand(given['towxname'] === undefined || byName, 40132);
      const person = byName ?? findPerson(world.state, given['touser']);
      demand(person.follows, 43004);
      const message = readContent(world, withImages(given), TYPES);
      world.show(person, { via: 'mass', at: world.clock.now(), message });
      return { errcode: 0, errmsg: 'preview success' };
    },
    '/cgi-bin/message/mass/get': ({ given }) => {
      const id = findJob(given);
      return raw({ body: withId({ msg_status: jobs.get(id) }, id) });
    },
    '/cgi-bin/message/mass/delete': ({ given }) => {
      const { article_idx: index = 0 } = given;
      demand(isIndex(index), 40060);
      jobs.set(findJob(given), 'DELETE');
      return OK;
    },
    '/cgi-bin/message/mass/speed/get': () => ({ speed, realspeed: SPEEDS[speed] }),
    '/cgi-bin/message/mass/speed/set': ({ given }) => {
      demand(given['speed'] !== undefined, 45084);
      demand(isIndex(given['speed']) && given['speed'] < SPEEDS.length, 45083);
      speed = given['speed'];
      return OK;
    },
  };
}

function checkClientId({ clientmsgid: id = '' }: JsonFields): string {
  demand(typeof id === 'string' && Buffer.byteLength(id) <= CLIENT_ID_BYTES, 45067);
  return id;
}

/** Converts `images`, of which the first is shown, to a picture. */
function withImages(given: JsonFields): JsonFields {
  const ids = asObject(given['images'])['media_ids'];
  if (!Array.isArray(ids)) return given;
  return { ...given, image: { media_id: ids[0] as unknown } };
}

/** Writes the id as a bare integer, which may be more than a double holds. */
function withId(answer: object, id: string): string {
  return JSON.stringify(answer).replace(/\}$/, `,"msg_id":${id}}`);
}
