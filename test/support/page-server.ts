/** The server of the chat page, asked without a browser. */
import { request } from 'node:http';
import { servePage } from '../../packages/simulator/src/page/server.ts';
import { createPageWorld } from './page-world.ts';

const closing: (() => Promise<void>)[] = [];

/** Ends what a test started. */
export async function closePages(): Promise<void> {
  for (const close of closing.splice(0)) await close();
}

/** Serves a page with a simulator behind it, whose bot says what it got. */
export async function startPage(
  options: { host?: string; allowedHosts?: string[]; port?: number } = {},
) {
  const { simulator } = await createPageWorld({ text: ({ content }) => `got ${content}` });
  closing.push(() => simulator.close());
  const alice = simulator.user('alice');
  const page = await servePage({ simulator, ...options });
  closing.push(() => page.close());
  return { ...page, simulator, alice, port: Number(new URL(page.url).port) };
}

/** Sends a request as it is, with no browser to tidy it. */
export function ask(
  port: number,
  path: string,
  {
    headers = {},
    method = 'GET',
    body,
  }: { headers?: Record<string, string>; method?: string; body?: string } = {},
): Promise<{ status: number; body: string; headers: Record<string, unknown> }> {
  return new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, headers, agent: false },
      (response) => {
        let text = '';
        response
          .setEncoding('utf8')
          .on('data', (part: string) => {
            text += part;
          })
          .on('end', () =>
            resolve({ status: response.statusCode ?? 0, body: text, headers: response.headers }),
          );
      },
    );
    sent.on('error', reject).end(body);
  });
}

export const JSON_TYPE = { 'content-type': 'application/json' };
export const post = (
  port: number,
  path: string,
  body: unknown,
  headers: Record<string, string> = JSON_TYPE,
) =>
  ask(port, path, {
    method: 'POST',
    headers,
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
