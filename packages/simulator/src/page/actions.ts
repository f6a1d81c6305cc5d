import { randomBytes } from 'node:crypto';
import type { Simulator, User } from '../simulator.ts';
import {
  type JsonObject,
  optionalText,
  readBooleanField,
  readNumberField,
  readTextField,
} from './body.ts';
import { getMessage, RequestProblem } from './problem.ts';
import type { Scene, Sending } from './scene.ts';
import { SENDERS } from './senders.ts';
import { TAPS } from './taps.ts';

const TEMPLATE_ID = /^(?!__proto__$)[\w-]{1,128}$/;

type Action = (scene: Scene, body: JsonObject) => object;

/**
 * The actions of the page, by path. An action of a user is only started: a bot may take 15 seconds,
 * and the outcome is reported by the journal.
 */
export const ACTIONS: Readonly<Record<string, Action>> = {
  '/users': ({ simulator }, body) => {
    const { name, openid, follows } = simulator.user(readTextField(body, 'name', 40).trim());
    return { name, openid, follows };
  },

  '/templates': ({ simulator }, body) => {
    const id = optionalText(body, 'id')?.trim() ?? randomBytes(32).toString('base64url');
    if (!TEMPLATE_ID.test(id)) {
      throw new RequestProblem(400, 'id: 1 to 128 letters, digits, hyphens or underscores');
    }
    const template = {
      title: readTextField(body, 'title', 64).trim(),
      content: readTextField(body, 'content', 2000),
    };
    if (!template.content.includes('.DATA}}')) {
      throw new RequestProblem(400, 'content: a text with {{keyword.DATA}} in it');
    }
    simulator.state.templates[id] = template;
    return { id };
  },

  '/send': (scene, body) => {
    const user = readUser(scene, body);
    const send = choose(SENDERS, readTextField(body, 'type'));
    return begin(scene, user, send(scene, user, body));
  },

  '/follow': (scene, body) => {
    const user = readUser(scene, body);
    const follows = readBooleanField(body, 'follows');
    return begin(scene, user, () => (follows ? user.subscribe() : user.unsubscribe()));
  },

  '/scan': (scene, body) => {
    const user = readUser(scene, body);
    const code = readTextField(body, 'code', 128).trim();
    return begin(scene, user, () => user.scan(code));
  },

  '/menu': (scene, body) => {
    const user = readUser(scene, body);
    const tap = choose(TAPS, readTextField(body, 'type'));
    return begin(scene, user, tap(scene, user, body));
  },

  '/again': (scene, body) => {
    const line = readNumberField(body, 'delivery', 1, Number.MAX_SAFE_INTEGER);
    const delivery = scene.recorder.deliveries.get(line);
    if (!delivery) throw new RequestProblem(404, 'that delivery is not in the log any more');
    const user = readUser(scene, body);
    return begin(scene, user, () => user.again(delivery));
  },

  '/faults': ({ simulator, journal }, body) => {
    const all = { ...getFaults(simulator), ...body };
    simulator.faults = {
      breakSignature: readBooleanField(all, 'breakSignature'),
      delay: readNumberField(all, 'delay', 0, 60_000),
      drop: readNumberField(all, 'drop', 0, 100),
      duplicate: readNumberField(all, 'duplicate', 0, 10),
      reorder: readBooleanField(all, 'reorder'),
    };
    const faults = getFaults(simulator);
    journal.add({ type: 'change', faults });
    return faults;
  },
};

/** Returns the current faults. */
export function getFaults({ faults }: Simulator): Required<Simulator['faults']> {
  const { breakSignature = false, delay = 0, drop = 0, duplicate = 0, reorder = false } = faults;
  return { breakSignature, delay, drop, duplicate, reorder };
}

function choose<T>(table: Readonly<Record<string, T>>, type: string): T {
  const chosen = Object.hasOwn(table, type) ? table[type] : undefined;
  if (chosen) return chosen;
  throw new RequestProblem(400, `type: one of ${Object.keys(table).join(', ')}`);
}

function readUser({ simulator }: Scene, body: JsonObject): User {
  const name = readTextField(body, 'user', 40);
  const user = simulator.users.find((one) => one.name === name);
  if (!user) throw new RequestProblem(404, `user: there is no ${name}`);
  return user;
}

function begin({ journal }: Scene, user: User, sending: Sending): object {
  // A `then` first: a thrown error is reported like a rejection.
  Promise.resolve()
    .then(sending)
    .catch((error: unknown) => {
      journal.add({ type: 'problem', user: user.name, text: getMessage(error) });
    });
  return {};
}
