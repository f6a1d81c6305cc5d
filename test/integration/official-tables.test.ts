/** Rows of the tables that were wrong or missing, against the simulator and the catalogue’s server. */
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Download, OfficialClient } from '@wechat-mp/core/official';
import { createSimulator, type Simulator } from '@wechat-mp/simulator';
import { catchError, createClient, usePlatform } from '../support/official-client.ts';
import { Raw } from '../support/official-platform.ts';

const getPlatform = usePlatform();
let simulator: Simulator;
let client: OfficialClient;

beforeAll(async () => {
  simulator = await createSimulator({ target: 'http://127.0.0.1:1', token: 'T0KEN' });
  const { appid, appsecret } = simulator.account;
  client = new OfficialClient({ appid, appsecret, baseUrl: simulator.api.url });
});
afterAll(() => simulator.close());

describe('a row is called with the verb of its page', () => {
  it('the speed of mass messages is asked for by POST, after it was set too', async () => {
    expect(await client.message.mass.getSpeed()).toMatchObject({ speed: expect.any(Number) });
    await client.message.mass.setSpeed({ speed: 2 });
    expect(await client.message.mass.getSpeed()).toMatchObject({ speed: 2 });
    expect(
      await catchError(client.request('GET', '/cgi-bin/message/mass/speed/get')),
    ).toMatchObject({ errcode: 43002 });
  });

  const map = { longitude: '113.3', latitude: '23.1', province: '广东省', city: '广州市' };
  const shown = { pic_list: '{"list":[]}', contract_phone: '1', hour: '10:00-21:00', card_id: '' };
  const codes = { application_id: 1, code_start: 0, code_end: 9 };
  it.each<[string, (client: OfficialClient) => Promise<unknown>]>([
    ['GET /wxa/get_merchant_category', ({ store }) => store.getCategories()],
    [
      'POST /wxa/apply_merchant',
      ({ store }) =>
        store.apply({
          first_catid: 1,
          second_catid: 2,
          headimg_mediaid: 'm1',
          nickname: 'A shop',
          intro: 'a',
          qualification_list: 'm2',
        }),
    ],
    ['GET /wxa/get_merchant_audit_info', ({ store }) => store.getAuditInfo()],
    ['POST /wxa/modify_merchant', ({ store }) => store.modify({ headimg_mediaid: '', intro: 'b' })],
    ['GET /wxa/get_district', ({ store }) => store.getDistricts()],
    [
      'POST /wxa/search_map_poi',
      ({ store }) => store.searchMapPoi({ districtid: 440105, keyword: 'shop' }),
    ],
    [
      'POST /wxa/create_map_poi',
      ({ store }) =>
        store.createMapPoi({
          ...map,
          name: 'a',
          district: '海珠区',
          address: 'b',
          category: '美食:中餐厅',
          telephone: '1',
          photo: 'p',
          license: 'l',
          introduct: 'i',
          districtid: '440105',
        }),
    ],
    [
      'POST /wxa/add_store',
      ({ store }) => store.add({ ...shown, map_poi_id: '1', credential: '2' }),
    ],
    ['POST /wxa/update_store', ({ store }) => store.update({ ...shown, poi_id: '1' })],
    ['POST /wxa/get_store_info', ({ store }) => store.get({ poi_id: '1' })],
    ['POST /wxa/get_store_list', ({ store }) => store.list({ offset: 0, limit: 10 })],
    ['POST /wxa/del_store', ({ store }) => store.delete({ poi_id: '1' })],
    [
      'POST /intp/marketcode/applycode',
      ({ marketcode }) => marketcode.apply({ code_count: 10_000, isv_application_id: 'a1' }),
    ],
    [
      'POST /intp/marketcode/applycodequery',
      ({ marketcode }) => marketcode.queryApply({ isv_application_id: 'a1' }),
    ],
    ['POST /intp/marketcode/applycodedownload', ({ marketcode }) => marketcode.download(codes)],
    [
      'POST /intp/marketcode/codeactive',
      ({ marketcode }) =>
        marketcode.activate({
          ...codes,
          activity_name: 'a',
          product_brand: 'b',
          product_title: 'c',
          product_code: 'd',
          wxa_appid: 'wx1',
          wxa_path: '/',
        }),
    ],
    [
      'POST /intp/marketcode/codeactivequery',
      ({ marketcode }) => marketcode.queryActive({ code: 'c1' }),
    ],
    [
      'POST /intp/marketcode/tickettocode',
      ({ marketcode }) => marketcode.ticketToCode({ openid: 'o1', code_ticket: 't1' }),
    ],
  ])('%s, which the simulator knows', async (call, run) => {
    const platform = getPlatform();
    await run(createClient(platform));
    const [sent] = platform.requestsTo().slice(-1);
    expect(`${sent?.method} ${sent?.path}`).toBe(call);
    await run(client);
  });
});

it('the simulator knows no path beside the tables', async () => {
  for (const path of ['/wxa/get_store', '/intp/marketcode']) {
    expect(await catchError(client.request('POST', path))).toMatchObject({ errcode: 40066 });
  }
});

describe('the statement of a day is a file', () => {
  const day = { appid: 'wx1', mch_id: '1', bill_date: '20240606' };
  const PATH = '/nontax/downloadbill';

  it.each(['交易时间,公众账号ID\n`20240606,`wx1\n', '{"is":"no JSON\n'])(
    'as it comes: %j',
    async (bill) => {
      const platform = getPlatform();
      platform.answer(PATH, () => new Raw(bill, { 'content-type': 'text/plain' }));
      const { stream } = (await createClient(platform).nontax.downloadBill(day)) as Download;
      expect(await text(stream)).toBe(bill);
      expect(platform.requestsTo(PATH)[0]).toMatchObject({ method: 'POST', body: day });
    },
  );

  it('unless it is refused', async () => {
    const platform = getPlatform();
    platform.answer(PATH, () => platform.refuse(40013, 'invalid appid'));
    expect(await catchError(createClient(platform).nontax.downloadBill(day))).toMatchObject({
      errcode: 40013,
    });
  });
});

it('a subscribed notice says which version of a mini program opens, and in which language', async () => {
  const platform = getPlatform();
  const notice = {
    touser: 'o1',
    template_id: 't1',
    data: { thing1: { value: 'a' } },
    miniprogram_state: 'trial',
    lang: 'zh_HK',
  } as const;
  await createClient(platform).message.subscribe.send(notice);
  expect(platform.requestsTo('/cgi-bin/message/subscribe/bizsend')[0]?.body).toEqual(notice);
});
