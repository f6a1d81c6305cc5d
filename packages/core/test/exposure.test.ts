/** The properties that show a message: where they are defined, and what they return. */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { NeedParseError } from '@wechat-mp/core';
import { expose, guard } from '@wechat-mp/core/adapter';

class FrameworkRequest {}
class AppRequest extends FrameworkRequest {}
const createNodeRequest = () => new IncomingMessage(new Socket());
/** As Express makes one: the app's prototype, then the framework's, then Node's. */
const frameworkPrototype = Object.create(IncomingMessage.prototype) as object;
const appPrototype = Object.create(frameworkPrototype) as object;
const createExpressRequest = () =>
  Object.setPrototypeOf(createNodeRequest(), appPrototype) as object;

type Shown = Record<string, unknown>;
const kinds: Record<string, () => object> = {
  'of a class': () => new AppRequest(),
  'as Express makes it': createExpressRequest,
  'of Node': createNodeRequest,
  'of Node, a response': () => new ServerResponse(createNodeRequest()),
  literal: () => ({}),
  'without a prototype': () => Object.create(null) as object,
};

describe.each(Object.entries(kinds))('an object %s', (_name, create) => {
  it('throws NeedParseError until something is shown, to itself alone', () => {
    const [one, other] = [create() as Shown, create() as Shown];
    guard([one, other], one);
    for (const name of ['wechatMessage', 'wechatContext', 'wechatReply']) {
      expect(() => one[name]).toThrow(NeedParseError);
    }
    expose(one, 'wechatReply', 'shown');
    expose(one, 'wechatReply');
    expect(one['wechatReply']).toBe('shown');
    expect(() => other['wechatMessage']).toThrow(NeedParseError);
    expose(one, 'wechatReply', 'shown later');
    expect(one['wechatReply']).toBe('shown later');
  });

  it('shows it to what was made of it', () => {
    const one = create();
    expose(one, 'wechatReply', 'shown');
    expect((Object.create(one) as Shown)['wechatReply']).toBe('shown');
  });

  it('gets nothing that a copy or a log of it would have', () => {
    const one = create();
    const before = Object.keys(one);
    guard([one], one);
    expose(one, 'wechatReply', 'shown');
    expect(Object.keys(one)).toEqual(before);
    expect(Object.keys({ ...one })).toEqual(before);
    expect(inspect(one)).toBe(inspect(create()));
  });
});

it.each(Object.entries(kinds))('requests %s have one shape, in any order', (_name, create) => {
  const [one, other] = [create(), create()];
  const before = Reflect.ownKeys(one);
  guard([one], one);
  expose(one, 'wechatReply', 'shown');
  guard([other], other);
  expose(other, 'wechatReply', 'shown');
  expect(Reflect.ownKeys(other)).toEqual(Reflect.ownKeys(one));
  for (const key of Reflect.ownKeys(one).filter((key) => !before.includes(key))) {
    const its = Object.getOwnPropertyDescriptor(one, key);
    // A getter of its own would be a shape of its own.
    expect(Object.getOwnPropertyDescriptor(other, key)).toEqual(its);
  }
});

it('a user without a login is told apart from a message that is not parsed', () => {
  const one = {} as Shown;
  guard([one], one);
  expose(one, 'wechatUser');
  expect(() => one['wechatUser']).toThrow('put wechatOAuth before it');
  expect(() => one['wechatMessage']).toThrow('the webhook has not parsed this request');
});

it('nothing that is Node’s or the language’s has the properties', () => {
  for (const create of Object.values(kinds)) guard([create()], create());
  for (const { prototype } of [IncomingMessage, ServerResponse, Object]) {
    expect('wechatMessage' in prototype || 'wechatReply' in prototype).toBe(false);
  }
});

it('what another copy of the package shows is seen', () => {
  class Request {}
  Object.defineProperty(Request.prototype, 'wechatReply', {
    get: () => 'of the other copy',
    configurable: true,
  });
  const request = new Request() as Shown;
  guard([request], request);
  expect(request['wechatReply']).toBe('of the other copy');
  expose(request, 'wechatReply', 'of this one');
  expect(request['wechatReply']).toBe('of this one');
});
