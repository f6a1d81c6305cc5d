#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { type Command, UsageError } from './cli/command.ts';

/** The commands; each is loaded on demand, as help needs none of them. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./cli/serve.ts')).serve,
  check: async () => (await import('./cli/check.ts')).check,
  doctor: async () => (await import('./cli/doctor.ts')).doctor,
};

const OPTIONS = {
  target: { type: 'string' },
  token: { type: 'string' },
  appid: { type: 'string' },
  'aes-key': { type: 'string' },
  mode: { type: 'string' },
  cloud: { type: 'boolean' },
  'cloud-format': { type: 'string' },
  account: { type: 'string' },
  title: { type: 'string' },
  appsecret: { type: 'string' },
  host: { type: 'string' },
  'allowed-host': { type: 'string', multiple: true },
  port: { type: 'string' },
  'api-port': { type: 'string' },
  'back-end-port': { type: 'string' },
  state: { type: 'string' },
  open: { type: 'boolean' },
  language: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
} as const;

const USAGE = `wechat-mp-simulator: a local WeChat simulator

  wechat-mp-simulator        --target URL --token TOKEN   serves a chat page for the bot at URL
  wechat-mp-simulator check  --target URL --token TOKEN   checks how a webhook stands good, odd and hostile deliveries
  wechat-mp-simulator doctor --target URL --token TOKEN   explains why a webhook does not verify

The account
  --target URL      where the bot answers, for example http://localhost:3000/wechat
  --token TOKEN     the same as the bot has
  --aes-key KEY     EncodingAESKey, 43 characters; then the mode is safe
  --appid APPID     default: wx0123456789abcdef
  --mode MODE       plain, compatible or safe
  --cloud           plays 微信云托管: pushes without a token, and an API without one
  --cloud-format F  json or xml, as the console says; default: json
  --account ID      原始 ID; default: gh_97417a04a28d
  --title NAME      shown above the chat
  --appsecret TEXT  for the API; default: ca5e0123456789abcdef0123456789ab

The page and the API
  --port N          of the page; default: 8266
  --api-port N      of the API that stands in for api.weixin.qq.com; default: 8267
  --back-end-port N starts a stand-in for mp.weixin.qq.com too
  --host ADDRESS    who may reach them; default: 127.0.0.1, this machine alone
  --allowed-host NAME  another name under which browsers reach the page, as of a tunnel; more than once
  --state FILE      what the account has: read at the start, written then and at the end
  --open            opens the page in a browser

  --language en|zh  of what check and doctor print; default: that of the system
`;

async function run(): Promise<number> {
  const { values, positionals } = await readCommandLine();
  if (values.help) return print(USAGE);
  if (values.version) return print(`${version()}\n`);
  const [name = 'serve', ...more] = positionals;
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!load || more.length > 0) {
    throw new UsageError(`unknown command ${[name, ...more].join(' ')}`);
  }
  if (!values.target) throw new UsageError('missing --target: the address of the bot');
  const format = values['cloud-format'];
  const cloud = format ?? (values.cloud ? 'json' : undefined);
  if (!values.token && !cloud)
    throw new UsageError('missing --token: the same token as in the bot');
  const command = await load();
  return await command({ ...values, target: values.target, token: values.token, cloud });
}

async function readCommandLine() {
  const settings = { options: OPTIONS, allowPositionals: true } as const;
  const { tokens } = parseArgs({ ...settings, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(OPTIONS, token.name)) continue;
    const { describeUnknown } = await import('./cli/unknown-option.ts');
    throw new UsageError(describeUnknown(token.rawName, Object.keys(OPTIONS)));
  }
  try {
    return parseArgs(settings);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

function version(): string {
  const manifest = new URL('../package.json', import.meta.url);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

try {
  process.exitCode = await run();
} catch (error) {
  // The library is loaded for its errors alone only where there is one.
  const { WechatError } = await import('@wechat-mp/core');
  const isOurs = error instanceof UsageError || error instanceof WechatError;
  process.stderr.write(`${isOurs ? error.message : ((error as Error).stack ?? String(error))}\n`);
  if (error instanceof UsageError)
    process.stderr.write('\nwechat-mp-simulator --help tells more.\n');
  process.exitCode = 2;
}
