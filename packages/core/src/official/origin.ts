import { InvalidArgumentError } from '../errors.ts';

/** What stands in place of the platform’s hosts: one address for all of them, or one for each. */
export type BaseUrl =
  | string
  | {
      /** In place of api.weixin.qq.com, where calls go. */
      readonly api?: string | undefined;
      /** In place of mp.weixin.qq.com, which has the pictures of QR codes and some pages. */
      readonly mp?: string | undefined;
      /** In place of open.weixin.qq.com, which has the login’s page. */
      readonly open?: string | undefined;
    };

const HOSTS = {
  api: 'api.weixin.qq.com',
  mp: 'mp.weixin.qq.com',
  open: 'open.weixin.qq.com',
} as const;

/** Finds where requests to a host of the platform go; without a slash at the end. */
export function findOrigin(host: string = HOSTS.api, baseUrl: BaseUrl | undefined): string {
  if (typeof baseUrl === 'string') return baseUrl;
  const name = (Object.keys(HOSTS) as (keyof typeof HOSTS)[]).find((key) => HOSTS[key] === host);
  return (name && baseUrl?.[name]) ?? `https://${host}`;
}

/** @throws {InvalidArgumentError} when it is no address, or names a host that the platform has not */
export function checkBaseUrl(name: string, given: BaseUrl | undefined): BaseUrl | undefined {
  if (given === undefined || typeof given !== 'object') return checkAddress(name, given);
  const checked = Object.entries(given ?? {}).map(([host, address]) => {
    if (Object.hasOwn(HOSTS, host)) return [host, checkAddress(`${name}.${host}`, address)];
    throw new InvalidArgumentError(
      `${name} is one address, or { ${Object.keys(HOSTS).join(', ')} }: it has no ${host}`,
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
