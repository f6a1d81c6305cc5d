/**
 * Values that hostile or careless code throws, rejects with and returns: not errors, or errors that
 * throw.
 */

const bite = () => {
  throw new Error('a trap');
};

/** Every trap of a Proxy throws. */
const everyTrap: ProxyHandler<object> = Object.fromEntries(
  Object.getOwnPropertyNames(Reflect).map((name) => [name, bite]),
);

function withGetters(): object {
  const error = Object.create(Error.prototype) as object;
  for (const name of ['name', 'message', 'code', 'stack', 'errcode', 'errmsg', 'then', 'cause']) {
    Object.defineProperty(error, name, { get: bite, enumerable: true });
  }
  return error;
}

function cyclic(): Error {
  const error = new Error('cyclic');
  return Object.assign(error, { cause: error, self: { error } });
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** Values thrown in place of an error. */
export const ODD_ERRORS: Readonly<Record<string, () => unknown>> = {
  'an error': () => new Error('broken'),
  undefined: () => undefined,
  null: () => null,
  'a text': () => 'no way',
  'a symbol': () => Symbol('odd'),
  'an object without a prototype': () => Object.create(null),
  'an error whose getters throw': withGetters,
  'a Proxy whose traps throw': () => new Proxy({}, everyTrap),
  'a Proxy of an error': () => new Proxy(new Error('inside'), {}),
  'a revoked Proxy': revoked,
  'a child of a Proxy': () => Object.create(new Proxy({}, everyTrap)),
  'an error with a cycle': cyclic,
};
