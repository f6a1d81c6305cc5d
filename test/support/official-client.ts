/** A platform for each test, and clients of its account. */
import { afterEach, beforeEach } from '@jest/globals';
import { OfficialClient, type OfficialClientOptions } from '@wechat-mp/core/official';
import { type OfficialPlatform, startOfficialPlatform } from './official-platform.ts';

/** Starts a platform before each test of a file, and closes it after. */
export function usePlatform(): () => OfficialPlatform {
  let platform: OfficialPlatform;
  beforeEach(async () => {
    platform = await startOfficialPlatform();
  });
  afterEach(() => platform.close());
  return () => platform;
}

export function createClient(
  { appid, appsecret, url: baseUrl }: OfficialPlatform,
  options: Partial<OfficialClientOptions> = {},
): OfficialClient {
  return new OfficialClient({ appid, appsecret, baseUrl, ...options });
}

/** Returns the error of a call. */
export async function catchError(work: Promise<unknown>): Promise<Error> {
  try {
    await work;
  } catch (error) {
    return error as Error;
  }
  throw new Error('it worked');
}
