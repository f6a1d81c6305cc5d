import type { IncomingMessage } from 'node:http';
import { readBody } from '../http/body.ts';
import { RequestProblem } from './problem.ts';

/** Maximum size of one request in bytes, pictures included. */
const BODY_LIMIT: number = 8 * 1024 * 1024;

export type JsonObject = Readonly<Record<string, unknown>>;

/** Reads a JSON object of at most {@link BODY_LIMIT} bytes. */
export async function readJson(request: IncomingMessage): Promise<JsonObject> {
  // Other sites can send forms and plain text without asking the browser first, but not this.
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase();
  if (type !== 'application/json') throw new RequestProblem(415, 'send application/json');
  const body = await readBody(request, BODY_LIMIT, 'leave');
  if (!body) throw new RequestProblem(413, `more than ${BODY_LIMIT} bytes`);
  try {
    const value: unknown = JSON.parse(body.toString());
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      return value as JsonObject;
    }
  } catch {
    // Said below, for both.
  }
  throw new RequestProblem(400, 'the body is not a JSON object');
}

/** Returns a required, non-empty text field. */
export function readTextField(body: JsonObject, field: string, longest = 20_000): string {
  const value = body[field];
  if (typeof value === 'string' && value.trim() !== '' && value.length <= longest) return value;
  throw new RequestProblem(400, `${field}: a text of 1 to ${longest} characters`);
}

/** Returns an optional field. */
export function optionalText(body: JsonObject, field: string): string | undefined {
  const value = body[field];
  return value === undefined || value === null || value === ''
    ? undefined
    : readTextField(body, field);
}

/** Returns a required number between `least` and `most`. */
export function readNumberField(
  body: JsonObject,
  field: string,
  least: number,
  most: number,
): number {
  const value = body[field];
  if (typeof value === 'number' && value >= least && value <= most) return value;
  throw new RequestProblem(400, `${field}: a number from ${least} to ${most}`);
}

export function readBooleanField(body: JsonObject, field: string): boolean {
  const value = body[field];
  if (typeof value === 'boolean') return value;
  throw new RequestProblem(400, `${field}: true or false`);
}
