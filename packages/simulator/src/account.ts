import { InvalidArgumentError, NeedParamError } from '@wechat-mp/core';
import { checkSpelling } from '@wechat-mp/core/adapter';
import { createAccountCipher } from './push/envelope.ts';
import type { SimulatorOptions, Target } from './simulator.ts';
import type { AccountSettings } from './world.ts';

const APPID = 'wx0123456789abcdef';
const APPSECRET = 'ca5e0123456789abcdef0123456789ab';
const ACCOUNT = 'gh_97417a04a28d';

/** @throws {InvalidArgumentError} when the target is not a web address */
export function readTarget(target: Target | undefined): Target {
  if (!target)
    throw new NeedParamError('missing option `target`: the address of the bot, or its webhook');
  if (typeof target !== 'string') return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) {
    throw new InvalidArgumentError('target must be an address like http://localhost:3000/wechat');
  }
  return target;
}

const NAMES: Readonly<Record<keyof SimulatorOptions, true>> = {
  target: true,
  token: true,
  appid: true,
  appsecret: true,
  encodingAESKey: true,
  mode: true,
  cloud: true,
  account: true,
  title: true,
  clock: true,
  faults: true,
  api: true,
  state: true,
};

/**
 * @throws {InvalidArgumentError} when an option is unknown or wrong
 *
 * @throws {NeedParamError} when an option that the mode needs is missing
 */
export function readAccount(
  options: Partial<Omit<SimulatorOptions, 'clock' | 'target'>>,
): AccountSettings {
  checkSpelling(options, Object.keys(NAMES));
  const {
    token = '',
    appid = APPID,
    encodingAESKey,
    title = '公众号',
    account = ACCOUNT,
  } = options;
  const mode = options.mode ?? (encodingAESKey ? 'safe' : 'plain');
  const cloud = readCloud(options);
  if (!token && !cloud)
    throw new NeedParamError('missing option `token`: the same token as in the bot');
  if (!['plain', 'compatible', 'safe'].includes(mode)) {
    throw new InvalidArgumentError('mode must be plain, compatible or safe');
  }
  if (cloud && mode !== 'plain') {
    throw new InvalidArgumentError(
      '微信云托管 neither signs nor encrypts: leave the key and the mode out',
    );
  }
  const appsecret = options.appsecret ?? APPSECRET;
  const settings = {
    title,
    id: account,
    token,
    appid,
    appsecret,
    encodingAESKey,
    mode,
    pushFormat: cloud,
  };
  // Tells at once what is wrong with the key.
  createAccountCipher(settings);
  return settings;
}

function readCloud({ cloud = false }: Pick<SimulatorOptions, 'cloud'>): 'json' | 'xml' | undefined {
  if (cloud === false) return undefined;
  if (cloud === true || cloud === 'json') return 'json';
  if (cloud === 'xml') return 'xml';
  throw new InvalidArgumentError('cloud must be true, json or xml');
}
