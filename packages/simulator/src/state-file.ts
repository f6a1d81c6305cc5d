import { randomUUID } from 'node:crypto';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { InvalidArgumentError } from '@wechat-mp/core';
import { emptyState, type State } from './state.ts';

/** Returns what a value should have been, or undefined when it is valid. */
type Check = (value: unknown, path: string) => string | undefined;

const text = kind('text', (value) => typeof value === 'string');
const number = kind('a number', (value) => Number.isFinite(value));
const flag = kind('true or false', (value) => typeof value === 'boolean');
const record = kind('an object', isRecord);
const TRIGGERS = ['message', 'click', 'scan', 'subscribe', 'pay'];
const TYPES = ['image', 'voice', 'video', 'thumb'];

const person = shape({
  name: text,
  openid: text,
  follows: flag,
  followedAt: number,
  scene: text,
  remark: text,
  picture: maybe(text),
  isSnapshotUser: maybe(flag),
  language: text,
  tagIds: list(number),
  isBlocked: flag,
  allowances: list(shape({ trigger: checkChoice(TRIGGERS), until: number, left: number })),
});
const button: Check = (value, path) =>
  shape({
    name: text,
    ...optional(['type', 'key', 'url', 'appid', 'pagepath', 'media_id', 'article_id'], text),
    sub_button: maybe(list(button)),
  })(value, path);
const news = shape({
  ...optional(['media_id', 'article_id'], text),
  content: shape({ news_item: list(record) }),
  update_time: number,
});
const state = shape({
  people: checkMap(person),
  tags: checkMap(shape({ name: text })),
  menu: orNull(shape({ button: list(button) })),
  conditionalMenus: list(shape({ button: list(button), menuid: text, matchrule: checkMap(text) })),
  templates: checkMap(shape({ title: text, content: text })),
  qrCodes: checkMap(shape({ scene: text, until: orNull(number) })),
  media: checkMap(
    shape({
      type: checkChoice(TYPES),
      contentType: text,
      filename: text,
      bytes: text,
      at: number,
      isPermanent: flag,
      isUnlisted: maybe(flag),
      ...optional(['title', 'introduction'], text),
    }),
  ),
  drafts: list(news),
  publications: list(news),
  records: list(record),
  comments: list(record),
});

/**
 * Reads the state of an account from a JSON file; missing parts are empty.
 *
 * @throws {InvalidArgumentError} when the file cannot be read, and when something in it is wrong, which the message names
 */
export async function loadState(file: string): Promise<State> {
  const given = parse(file, await readText(file));
  if (!isRecord(given)) throw new InvalidArgumentError(`${file} must hold an object`);
  const empty = emptyState();
  const stranger = Object.keys(given).find((name) => !Object.hasOwn(empty, name));
  if (stranger !== undefined) {
    const known = Object.keys(empty).join(', ');
    throw new InvalidArgumentError(`${file}: unknown member ${stranger}; known ones are ${known}`);
  }
  const whole: Record<string, unknown> = { ...empty, ...given };
  const problem = state(whole, '') ?? findStranger(whole);
  if (problem !== undefined) throw new InvalidArgumentError(`${file}: ${problem}`);
  return { ...empty, ...(given as Partial<State>) };
}

/**
 * Writes the state of an account to a JSON file, atomically.
 *
 * @throws {InvalidArgumentError} when the file cannot be written
 */
export async function saveState(file: string, state: State): Promise<void> {
  const draft = `${file}.${randomUUID()}.tmp`;
  try {
    await writeFile(draft, `${JSON.stringify(state, null, 2)}\n`);
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    const reason = readReason(error).replaceAll(draft, file);
    throw new InvalidArgumentError(
      `${file} cannot be written (${reason}): its folder has to exist, and to be yours to write to`,
    );
  }
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InvalidArgumentError(`${file} cannot be read: ${readReason(error)}`);
  }
}

function parse(file: string, content: string): unknown {
  try {
    return JSON.parse(content);
  } catch (error) {
    throw new InvalidArgumentError(`${file} is not JSON: ${readReason(error)}`);
  }
}

/** Returns a key of `people` that is not its person's openid. */
function findStranger({ people }: Record<string, unknown>): string | undefined {
  const entries = Object.entries(people as State['people']);
  const [key] = entries.find(([openid, one]) => one.openid !== openid) ?? [];
  return key === undefined ? undefined : `people.${key}.openid has to be ${key}`;
}

function readReason(error: unknown): string {
  return (error as Error).message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kind(words: string, isRight: (value: unknown) => boolean): Check {
  return (value, path) => (isRight(value) ? undefined : `${path} has to be ${words}`);
}

function checkChoice(choices: readonly string[]): Check {
  return kind(`one of ${choices.join(', ')}`, (value) => choices.includes(value as string));
}

function maybe(check: Check): Check {
  return (value, path) => (value === undefined ? undefined : check(value, path));
}

function orNull(check: Check): Check {
  return (value, path) => (value === null ? undefined : check(value, path));
}

function optional(names: readonly string[], check: Check): Record<string, Check> {
  return Object.fromEntries(names.map((name) => [name, maybe(check)]));
}

function list(check: Check): Check {
  return (value, path) => {
    if (!Array.isArray(value)) return `${path} has to be a list`;
    return findFirst(value.map((item: unknown, index) => () => check(item, `${path}[${index}]`)));
  };
}

function checkMap(check: Check): Check {
  return (value, path) => {
    const wrong = record(value, path);
    if (wrong !== undefined) return wrong;
    const entries = Object.entries(value as Record<string, unknown>);
    return findFirst(
      entries.map(
        ([name, item]) =>
          () =>
            check(item, below(path, name)),
      ),
    );
  };
}

function shape(checks: Readonly<Record<string, Check>>): Check {
  return (value, path) => {
    const wrong = record(value, path);
    if (wrong !== undefined) return wrong;
    const given = value as Record<string, unknown>;
    const entries = Object.entries(checks);
    return findFirst(
      entries.map(
        ([name, check]) =>
          () =>
            check(given[name], below(path, name)),
      ),
    );
  };
}

function below(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function findFirst(checks: readonly (() => string | undefined)[]): string | undefined {
  for (const check of checks) {
    const problem = check();
    if (problem !== undefined) return problem;
  }
  return undefined;
}
