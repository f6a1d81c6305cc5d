import { InvalidArgumentError } from '../errors.ts';
import { refuseMissing } from '../option-checks.ts';
import { readObject } from './answers.ts';
import type { Connection } from './connection.ts';
import { NeedLoginError } from './errors.ts';
import type { Http } from './http.ts';
import { readPlugin } from './own.ts';
import type { ArticleStatistics } from './shapes.ts';

export interface StatisticsOptions {
  /** From 1. Default: 1. */
  page?: number | undefined;
  /** A day, or its YYYY-MM-DD. Default: 30 days ago. */
  startDate?: string | Date | undefined;
  /** Default: today. */
  endDate?: string | Date | undefined;
}

const PATH = '/mta/wechat/ctr_article_detail/get_list';
const DAY = 24 * 3600_000;

/**
 * Returns statistics of articles. They are on another host, which gets no cookie of this one.
 *
 * @throws {NeedParamError} without an address of that host
 */
export async function readStatistics(
  connection: Connection,
  http: Http | undefined,
  { page = 1, startDate, endDate }: StatisticsOptions,
): Promise<ArticleStatistics> {
  if (!http) {
    refuseMissing(
      'statisticsBaseUrl',
      'mta.qq.com is gone; use client.datacube of the OfficialClient',
    );
  }
  const now = Date.now();
  const [start, end] = [
    readDay(startDate ?? new Date(now - 30 * DAY)),
    readDay(endDate ?? new Date(now)),
  ];
  return connection.call(PATH, async (place, session) => {
    const { appid, pluginToken } = await readPlugin(connection, place, session);
    const query = {
      sort: 'RefDate desc',
      keyword: '',
      page,
      appid,
      pluginid: 'luopan',
      token: pluginToken,
      from: '',
      src: 'false',
      devtype: 3,
      time_type: 'day',
      start_date: start,
      end_date: end,
      need_compare: 0,
      app_id: '',
      rnd: Math.floor(now / 1000),
      ajax: 1,
    };
    const answer = await http({ method: 'GET', path: PATH, query, referer: PATH }, undefined);
    const fields = readObject(PATH, answer);
    if (fields['is_session_expire']) throw new NeedLoginError(PATH);
    return fields as object as ArticleStatistics;
  });
}

/** Returns a day in China, where the platform counts its days. */
function readDay(given: string | Date): string {
  if (given instanceof Date)
    return new Date(given.getTime() + 8 * 3600_000).toISOString().slice(0, 10);
  if (/^\d{4}-\d\d-\d\d$/.test(given)) return given;
  throw new InvalidArgumentError('a date must be a Date or YYYY-MM-DD');
}
