/** Calls as they are shown. */
import type { ApiCall } from '../events.ts';
import type { RawAnswer } from './contract.ts';
import type { Received } from './exchange.ts';

/** Numbers that a double does not hold are shown in the text they came in. */
const LARGE_NUMBER = /[[:,]\s*\d{16,}/;

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

/** The JSON or text of an answer; of a file, what it is and how long. */
export function describeAnswer({ headers, body }: RawAnswer): unknown {
  if (typeof body !== 'string') {
    return { contentType: headers['Content-Type'], bytes: body.byteLength };
  }
  try {
    return LARGE_NUMBER.test(body) ? body : JSON.parse(body);
  } catch {
    return body;
  }
}
