import type { IncomingHttpHeaders, ServerResponse } from 'node:http';

/** Sends JSON, with a Content-Type as the platform writes it. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: unknown,
  type = 'application/json; charset=utf-8',
): void {
  send(response, status, type, JSON.stringify(value));
}

export function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Uint8Array | undefined,
): void {
  response.writeHead(status, { 'content-type': type }).end(body);
}

/** Joins the values of each header of a response. */
export function joinHeaders(headers: IncomingHttpHeaders): Record<string, string> {
  const entries = Object.entries(headers).map(([name, value]) => [name, [value].flat().join(', ')]);
  return Object.fromEntries(entries) as Record<string, string>;
}
