/** Users, their tags, and the blacklist. */
import type { Person } from '../state.ts';
import type { World } from '../world.ts';
import {
  asObject,
  countCharacters,
  type Endpoints,
  findPeople,
  findPerson,
  listFollowers,
  OK,
  type Platform,
} from './call.ts';
import { takeOpenids } from './lists.ts';
import { demand } from './refusal.ts';

const BATCH = 100;
const BLACKLIST = 20;
const REMARK = 30;

export function peopleEndpoints({ world }: Platform): Endpoints {
  return {
    '/cgi-bin/user/get': ({ query }) => {
      const all = listFollowers(world.state).map(({ openid }) => openid);
      return { total: all.length, ...takeOpenids(all, query['next_openid']) };
    },
    '/cgi-bin/user/info': ({ query }) => describe(findPerson(world.state, query['openid'])),
    '/cgi-bin/user/info/batchget': ({ given: { user_list: list } }) => {
      demand(Array.isArray(list) && list.length >= 1 && list.length <= BATCH, 40032);
      const people = list.map((one) => findPerson(world.state, asObject(one)['openid']));
      return { user_info_list: people.map(describe) };
    },
    '/cgi-bin/user/info/updateremark': ({ given: { openid, remark } }) => {
      const person = findPerson(world.state, openid);
      demand(typeof remark === 'string' && countCharacters(remark) < REMARK, 40097);
      person.remark = remark;
      return OK;
    },
    '/cgi-bin/tags/members/getblacklist': ({ given }) => {
      const blocked = Object.values(world.state.people).filter(({ isBlocked }) => isBlocked);
      const all = blocked.map(({ openid }) => openid);
      return { total: all.length, ...takeOpenids(all, given['begin_openid']) };
    },
    '/cgi-bin/tags/members/batchblacklist': ({ given }) => block(world, given, true),
    '/cgi-bin/tags/members/batchunblacklist': ({ given }) => block(world, given, false),
  };
}

function block(world: World, given: Readonly<Record<string, unknown>>, isBlocked: boolean) {
  for (const person of findPeople(world.state, given['openid_list'], BLACKLIST)) {
    person.isBlocked = isBlocked;
    world.emit({ type: 'person', user: person.name });
  }
  return OK;
}

/** Describes a user; of one who does not follow, nothing but that. Names and pictures are no longer given. */
function describe(person: Person): object {
  const { openid, follows, followedAt, scene, remark, language, tagIds } = person;
  if (!follows) return { subscribe: 0, openid };
  const isNumber = /^\d{1,10}$/.test(scene);
  return {
    subscribe: 1,
    openid,
    nickname: '',
    sex: 0,
    language,
    city: '',
    province: '',
    country: '',
    headimgurl: '',
    subscribe_time: followedAt,
    remark,
    groupid: tagIds[0] ?? 0,
    tagid_list: tagIds,
    subscribe_scene: scene === '' ? 'ADD_SCENE_SEARCH' : 'ADD_SCENE_QR_CODE',
    qr_scene: isNumber ? Number(scene) : 0,
    qr_scene_str: isNumber ? '' : scene,
  };
}
