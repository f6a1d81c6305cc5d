/** Describes calls for display. */
import { readJson } from '@wechat-mp/core/adapter';
import type { ApiCall } from '../events.ts';
import type { RawAnswer } from './contract.ts';
import type { Received } from './exchange.ts';

export function describeCall(
  { request, form }: Received,
  answer: { readonly status: number; readonly answer: unknown },
  times: Pick<ApiCall, 'startedAt' | 'milliseconds'>,
): ApiCall {
  const { method, path, query, body } = request;
  const parts = form.map(({ name, filename, bytes, text }) => {
    return filename === undefined ? { name, text } : { name, filename, bytes };
  });
  return { method, path, query, body: parts.length > 0 ? parts : body, ...answer, ...times };
}

/** Describes an answer: its JSON or text; for a file, its type and size. */
export function describeAnswer({ headers, body }: RawAnswer): unknown {
  if (typeof body !== 'string') {
    return { contentType: headers['Content-Type'], bytes: body.byteLength };
  }
  try {
    return readJson(body);
  } catch {
    return body;
  }
}
