/** Tags on followers. */
import type { Person, State } from '../state.ts';
import type { World } from '../world.ts';
import {
  asObject,
  countCharacters,
  type Endpoints,
  findPeople,
  findPerson,
  isIndex,
  type JsonFields,
  lookUp,
  OK,
  type Platform,
} from './call.ts';
import { takeOpenids } from './lists.ts';
import { demand } from './refusal.ts';

const TAGS = 100;
const NAME = 30;
const BATCH = 50;
const TAGS_OF_ONE = 20;
/** The ids below are the platform's. */
const FIRST_ID = 100;
const RESERVED = [0, 1, 2];

export function tagEndpoints({ world }: Platform): Endpoints {
  return {
    '/cgi-bin/tags/create': ({ given }) => {
      const { tags } = world.state;
      const name = checkName(world.state, asObject(given['tag'])['name']);
      const ids = Object.keys(tags).map(Number);
      demand(ids.length < TAGS, 45056);
      const id = Math.max(FIRST_ID - 1, ...ids) + 1;
      tags[id] = { name };
      return { tag: { id, name } };
    },
    '/cgi-bin/tags/get': () => {
      const { tags } = world.state;
      return {
        tags: Object.entries(tags).map(([id, { name }]) => {
          return { id: Number(id), name, count: taggedWith(world.state, Number(id)).length };
        }),
      };
    },
    '/cgi-bin/tags/update': ({ given }) => {
      const id = checkOwn(world.state, given);
      const name = checkName(world.state, asObject(given['tag'])['name'], id);
      world.state.tags[id] = { name };
      return OK;
    },
    '/cgi-bin/tags/delete': ({ given }) => {
      const id = checkOwn(world.state, given);
      delete world.state.tags[id];
      untag(world, taggedWith(world.state, id), id);
      return OK;
    },
    '/cgi-bin/user/tag/get': ({ given }) => {
      const id = checkId(world.state, given['tagid']);
      const openids = taggedWith(world.state, id).map(({ openid }) => openid);
      return takeOpenids(openids, given['next_openid']);
    },
    '/cgi-bin/tags/members/batchtagging': ({ given }) => {
      const people = findPeople(world.state, given['openid_list'], BATCH);
      const id = checkId(world.state, given['tagid']);
      const others = people.filter(({ tagIds }) => !tagIds.includes(id));
      for (const { follows, tagIds } of others) {
        demand(follows, 50005);
        demand(tagIds.length < TAGS_OF_ONE, 45059);
      }
      for (const person of new Set(others)) {
        person.tagIds.push(id);
        world.emit({ type: 'person', user: person.name });
      }
      return OK;
    },
    '/cgi-bin/tags/members/batchuntagging': ({ given }) => {
      const people = findPeople(world.state, given['openid_list'], BATCH);
      untag(world, people, checkId(world.state, given['tagid']));
      return OK;
    },
    '/cgi-bin/tags/getidlist': ({ given }) => {
      return { tagid_list: findPerson(world.state, given['openid']).tagIds };
    },
  };
}

function taggedWith({ people }: State, id: number): Person[] {
  return Object.values(people).filter(({ follows, tagIds }) => follows && tagIds.includes(id));
}

function untag(world: World, people: readonly Person[], id: number): void {
  for (const person of people) {
    person.tagIds = person.tagIds.filter((tagId) => tagId !== id);
    world.emit({ type: 'person', user: person.name });
  }
}

function checkId({ tags }: State, id: unknown): number {
  // Old clients send it as text.
  demand(lookUp(tags, id), 45159);
  return Number(id);
}

/** Returns the id of a tag that may be changed. */
function checkOwn(state: State, given: JsonFields): number {
  const { id } = asObject(given['tag']);
  demand(!(isIndex(id) && RESERVED.includes(id)), 45058);
  return checkId(state, id);
}

function checkName({ tags }: State, name: unknown, own?: number): string {
  demand(typeof name === 'string' && name.trim() !== '', 45157);
  demand(countCharacters(name) <= NAME, 45158);
  const isTaken = Object.entries(tags).some(([id, tag]) => tag.name === name && Number(id) !== own);
  demand(!isTaken, 45157);
  return name;
}
