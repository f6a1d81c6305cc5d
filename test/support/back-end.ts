/** Asks the simulator’s back end as the pages of the platform do. */

/** A session, with its cookies as the Python SDK writes them. */
export interface Session {
  readonly token: number;
  readonly cookies: string;
}

export interface Asked {
  readonly session?: Session;
  readonly cookies?: string;
  readonly form?: Record<string, string> | FormData;
  readonly referer?: string;
  readonly headers?: Record<string, string>;
}

/** Asks as a script of the page does. */
export async function ask(url: string, asked: Asked = {}): Promise<Response> {
  const { session, cookies = session?.cookies, form, referer = '/', headers } = asked;
  const isForm = form !== undefined && !(form instanceof FormData);
  return fetch(url, {
    method: form ? 'POST' : 'GET',
    redirect: 'manual',
    headers: {
      referer: `https://mp.weixin.qq.com${referer}`,
      'x-requested-with': 'XMLHttpRequest',
      accept: 'application/json, text/javascript, */*; q=0.01',
      ...(cookies && { cookie: cookies }),
      ...headers,
    },
    ...(form && { body: isForm ? new URLSearchParams(form) : form }),
  });
}

export async function askJson(url: string, asked?: Asked): Promise<Record<string, unknown>> {
  return (await (await ask(url, asked)).json()) as Record<string, unknown>;
}

export function readCookies(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((line) => line.split(';')[0])
    .join('; ');
}

/** The ret of an answer, as nearly all have one. */
export function readRet(answer: unknown): number {
  return (answer as { base_resp: { ret: number } }).base_resp.ret;
}

/** The page of messages, which sends most requests. */
export function messagePage({ token }: Session): string {
  return `/cgi-bin/message?t=message/list&count=20&day=7&token=${token}&lang=zh_CN`;
}

export function messageList({ token }: Session): string {
  return `/cgi-bin/message?t=message/list&f=json&lang=zh_CN&count=20&day=7&frommsgid=&offset=0&token=${token}`;
}
