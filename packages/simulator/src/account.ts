import { InvalidArgumentError } from '@wechat-mp/core';
import {
  acceptAny,
  checkSpelling,
  createChoiceCheck,
  type OptionTable,
  readOptions,
  refuseMissing,
} from '@wechat-mp/core/adapter';
import type { Faults } from './faults.ts';
import type { ListenOptions } from './http/listening.ts';
import { createAccountCipher } from './push/envelope.ts';
import type { SimulatorOptions, Target } from './simulator.ts';
import type { State } from './state.ts';
import type { AccountSettings } from './world.ts';

const APPID = 'wx0123456789abcdef';
const APPSECRET = 'ca5e0123456789abcdef0123456789ab';
const ACCOUNT = 'gh_97417a04a28d';

/** @throws {InvalidArgumentError} when the target is not a web address */
export function readTarget(target: Target | undefined): Target {
  if (!target) refuseMissing('target', 'the address of the bot, or its webhook');
  if (typeof target !== 'string') return target;
  if (!/^https?:\/\//i.test(target) || !URL.canParse(target)) {
    throw new InvalidArgumentError(
      'target must be an address such as http://localhost:3000/wechat',
    );
  }
  return target;
}

const OPTIONS = {
  target: { check: acceptAny<SimulatorOptions['target']> },
  token: { initial: '', check: acceptAny<string> },
  appid: { initial: APPID, check: acceptAny<string> },
  appsecret: { initial: APPSECRET, check: acceptAny<string> },
  encodingAESKey: { check: acceptAny<string> },
  mode: { check: createChoiceCheck('plain', 'compatible', 'safe') },
  cloud: { initial: false, check: checkCloud },
  account: { initial: ACCOUNT, check: acceptAny<string> },
  title: { initial: '公众号', check: acceptAny<string> },
  clock: { initial: 'real', check: acceptAny<'real' | 'virtual'> },
  faults: { initial: {}, check: acceptAny<Faults> },
  api: { initial: {}, check: acceptAny<ListenOptions> },
  state: { initial: {}, check: acceptAny<Partial<State>> },
} satisfies OptionTable<SimulatorOptions>;

/**
 * @throws {InvalidArgumentError} when an option is unknown or wrong
 *
 * @throws {NeedParamError} when an option that the mode needs is missing
 */
export function readAccount(
  options: Partial<Omit<SimulatorOptions, 'clock' | 'target'>>,
): AccountSettings {
  checkSpelling(options, Object.keys(OPTIONS));
  const checked = readOptions(OPTIONS, options);
  const { token, appid, appsecret, encodingAESKey, title } = checked;
  const mode = checked.mode ?? (encodingAESKey ? 'safe' : 'plain');
  if (!token && !checked.cloud) refuseMissing('token', 'the same as the bot has');
  if (checked.cloud && mode !== 'plain') {
    throw new InvalidArgumentError(
      '微信云托管 neither signs nor encrypts: leave the key and the mode out',
    );
  }
  const settings = {
    title,
    id: checked.account,
    token,
    appid,
    appsecret,
    encodingAESKey,
    mode,
    pushFormat: checked.cloud,
  };
  // Tells at once what is wrong with the key.
  createAccountCipher(settings);
  return settings;
}

function checkCloud(name: string, cloud: SimulatorOptions['cloud']): 'json' | 'xml' | undefined {
  if (cloud === false) return undefined;
  if (cloud === true) return 'json';
  if (cloud === 'json' || cloud === 'xml') return cloud;
  throw new InvalidArgumentError(`${name} must be true, json or xml`);
}
