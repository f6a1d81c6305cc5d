import type { SimulatorOptions } from '../simulator.ts';

/** The options of the command line, as typed. */
export interface Typed {
  readonly target: string;
  readonly token?: string | undefined;
  /** json or xml. */
  readonly cloud?: string | undefined;
  readonly appid?: string | undefined;
  readonly 'aes-key'?: string | undefined;
  readonly mode?: string | undefined;
  readonly account?: string | undefined;
  readonly title?: string | undefined;
  readonly appsecret?: string | undefined;
  readonly host?: string | undefined;
  readonly 'allowed-host'?: readonly string[] | undefined;
  readonly port?: string | undefined;
  readonly 'api-port'?: string | undefined;
  readonly 'back-end-port'?: string | undefined;
  readonly state?: string | undefined;
  readonly open?: boolean | undefined;
  readonly language?: string | undefined;
}

/** Runs the command, and returns the exit code. */
export type Command = (typed: Typed) => Promise<number>;

/** The command line is wrong. */
export class UsageError extends Error {}

type TypedAccount = Pick<
  SimulatorOptions,
  'token' | 'appid' | 'encodingAESKey' | 'mode' | 'account' | 'cloud'
> & {
  readonly target: string;
};

/** Returns the account's settings. The command line has been checked: there is a token, or `--cloud`. */
export function readAccount(typed: Typed): TypedAccount {
  const { target, token, appid, mode, account } = typed;
  return {
    target,
    token: token as string,
    ...(typed.cloud !== undefined && { cloud: typed.cloud as 'json' | 'xml' }),
    ...(appid !== undefined && { appid }),
    ...(typed['aes-key'] !== undefined && { encodingAESKey: typed['aes-key'] }),
    ...(mode !== undefined && { mode: mode as NonNullable<SimulatorOptions['mode']> }),
    ...(account !== undefined && { account }),
  };
}

/** @throws {UsageError} when the text is not a port */
export function readPort<T>(text: string | undefined, name: string, otherwise: T): number | T {
  if (text === undefined) return otherwise;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new UsageError(`--${name} must be a port from 0 to 65535; 0 is any free port`);
}

/** Returns the language of the output: the one asked for, or the system's. */
export function readLanguage({ language }: Typed): 'en' | 'zh' {
  if (language === 'en' || language === 'zh') return language;
  if (language !== undefined) throw new UsageError('--language must be en or zh');
  const { LC_ALL, LC_MESSAGES, LANG } = process.env;
  const system = LC_ALL || LC_MESSAGES || LANG || Intl.DateTimeFormat().resolvedOptions().locale;
  return system.startsWith('zh') ? 'zh' : 'en';
}
