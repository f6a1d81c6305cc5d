import type { Methods } from '../endpoint.ts';
import type { endpoints } from '../endpoints/index.ts';

/** The methods that the tables of endpoints stand for. */
export type Api = Methods<typeof endpoints>;
