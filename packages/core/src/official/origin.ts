import { InvalidArgumentError } from '../errors.ts';

/** Replacements of the platform’s hosts: one address for all of them, or one for each. */
export type BaseUrl =
  | string
  | {
      /** Replaces api.weixin.qq.com, the host of calls. */
      readonly api?: string | undefined;
      /** Replaces mp.weixin.qq.com, the host of QR code pictures and some pages. */
      readonly mp?: string | undefined;
      /** Replaces open.weixin.qq.com, the host of the login page. */
      readonly open?: string | undefined;
    };

const HOSTS = {
  api: 'api.weixin.qq.com',
  mp: 'mp.weixin.qq.com',
  open: 'open.weixin.qq.com',
} as const;

/** Returns the origin of requests to a host of the platform, without a trailing slash. */
export function findOrigin(host: string = HOSTS.api, baseUrl: BaseUrl | undefined): string {
  if (typeof baseUrl === 'string') return baseUrl;
  const name = (Object.keys(HOSTS) as (keyof typeof HOSTS)[]).find((key) => HOSTS[key] === host);
  return (name && baseUrl?.[name]) ?? `https://${host}`;
}

/**
 * Checks an address.
 *
 * @throws {InvalidArgumentError} when it is not an address, or names an unknown host of the
 * platform
 */
export function checkBaseUrl(name: string, given: BaseUrl): BaseUrl | undefined {
  if (typeof given !== 'object') return checkAddress(name, given);
  const checked = Object.entries(given ?? {}).map(([host, address]) => {
    if (Object.hasOwn(HOSTS, host)) return [host, checkAddress(`${name}.${host}`, address)];
    throw new InvalidArgumentError(
      `${name} must be one address, or { ${Object.keys(HOSTS).join(', ')} }: it has no ${host}`,
    );
  });
  return Object.fromEntries(checked) as BaseUrl;
}

function checkAddress(name: string, given: string | undefined): string | undefined {
  if (given === undefined) return undefined;
  if (typeof given === 'string' && URL.canParse(given) && /^https?:/.test(given)) {
    return given.replace(/\/+$/, '');
  }
  throw new InvalidArgumentError(`${name} must be an address such as http://localhost:3000`);
}
