/** Templates (模板), and the messages created from them. */
import { randomBytes } from 'node:crypto';
import type { Received } from '../events.ts';
import type { Person, Template } from '../state.ts';
import { keep } from './bounded.ts';
import {
  asObject,
  countCharacters,
  type Endpoints,
  findPerson,
  type JsonFields,
  lookUp,
  OK,
  type Platform,
} from './call.ts';
import { raw } from './contract.ts';
import { nextMessageId } from './message-ids.ts';
import { ApiRefusal, demand } from './refusal.ts';
import { fillTemplate } from './template-values.ts';

const TEMPLATES = 25;
const SAME_FOR = 600_000;
const KEYWORDS = ['first', 'keyword1', 'keyword2', 'remark'];

export function templateEndpoints({ world }: Platform): Endpoints {
  /** By openid and client_msg_id. */
  const sent = new Map<string, { readonly msgid: string; readonly at: number }>();

  function findTemplate(id: unknown): Template {
    const template = lookUp(world.state.templates, id);
    if (!template) throw new ApiRefusal(40037);
    return template;
  }

  function show(person: Person, via: Received['via'], given: JsonFields): void {
    const id = given['template_id'];
    const { title, content } = findTemplate(id);
    const filled = fillTemplate(content, asObject(given['data']));
    if (person.isBlocked) return;
    const url = given['url'] ?? given['page'];
    const message = {
      type: 'template',
      templateId: `${id as string}`,
      title,
      content: filled,
      url: typeof url === 'string' ? url : '',
    } as const;
    world.show(person, { via, at: world.clock.now(), message });
  }

  return {
    '/cgi-bin/template/get_all_private_template': () => ({
      template_list: Object.entries(world.state.templates).map(([id, { title, content }]) => {
        const industries = { primary_industry: '', deputy_industry: '' };
        return { template_id: id, title, ...industries, content, example: '' };
      }),
    }),
    '/cgi-bin/template/api_add_template': ({ given }) => {
      const { template_id_short: short, keyword_name_list: names = [] } = given;
      const { templates } = world.state;
      demand(typeof short === 'string' && short !== '', 40037);
      demand(Array.isArray(names) && names.every((name) => typeof name === 'string'), 40097);
      demand(Object.keys(templates).length < TEMPLATES, 45026);
      const id = randomBytes(32).toString('base64url');
      templates[id] = { title: short, content: writeContent(names) };
      return { ...OK, template_id: id };
    },
    '/cgi-bin/template/del_private_template': ({ given: { template_id: id } }) => {
      findTemplate(id);
      delete world.state.templates[`${id as string}`];
      return OK;
    },
    '/cgi-bin/message/template/send': ({ given, afterwards }) => {
      const person = findPerson(world.state, given['touser']);
      demand(person.follows, 43004);
      const now = world.clock.now();
      const key = JSON.stringify([person.openid, given['client_msg_id'] ?? nextMessageId()]);
      const former = sent.get(key);
      if (former && now - former.at < SAME_FOR) return answer(former.msgid);
      show(person, 'template', given);
      const msgid = nextMessageId();
      if (given['client_msg_id']) keep(sent, key, { msgid, at: now });
      const Status = person.isBlocked ? 'failed:user block' : 'success';
      afterwards(() => {
        world.notify(person, 'event:templatesendjobfinish', { MsgID: msgid, Status });
      });
      return answer(msgid);
    },
    '/cgi-bin/message/subscribe/bizsend': ({ given }) => {
      show(findPerson(world.state, given['touser']), 'subscribe', given);
      return OK;
    },
    '/cgi-bin/message/template/subscribe': ({ given }) => {
      const { title } = given;
      demand(typeof title === 'string' && countCharacters(title) <= 15, 40097);
      show(findPerson(world.state, given['touser']), 'subscribe', given);
      return OK;
    },
  };
}

/** A bare integer, which may be more than a double holds. */
function answer(msgid: string): unknown {
  return raw({ body: `{"errcode":0,"errmsg":"ok","msgid":${msgid}}` });
}

/**
 * Creates the content of a library template from the names of its keywords, as the library itself
 * is not simulated.
 */
function writeContent(names: readonly string[]): string {
  if (names.length === 0) return KEYWORDS.map((key) => `{{${key}.DATA}}`).join('\n');
  return names.map((name, index) => `${name}：{{thing${index + 1}.DATA}}`).join('\n');
}
