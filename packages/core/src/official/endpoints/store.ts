import { get, type Id, post } from '../endpoint.ts';
import { ITEM_PAGING } from './common.ts';

/** A category of stores: those of the first level are the children of `root`. */
export interface StoreCategory {
  id: number;
  name: string;
  level: number;
  father?: number;
  children: number[];
  /** The papers that an application of this category needs. */
  qualify?: { exter_list: { inner_list: { name: string }[] }[] };
  scene?: number;
  /** 1 when papers are needed. */
  sensitive_type?: 0 | 1;
}

/** A province, a city or a district; those of the lowest level have fewer fields. */
export interface District {
  /** The category and the place of a store, for search and creation. */
  id: string;
  fullname: string;
  location: { lat: number; lng: number };
  name?: string;
  pinyin?: string[];
  /** The places of its own districts in the next list. */
  cidx?: number[];
}

/** A place on the map. */
export interface MapPoi {
  branch_name: string;
  address: string;
  longitude: number;
  latitude: number;
  telephone: string;
  category: string;
  /** The id to add a store with, as `map_poi_id`. */
  sosomap_poi_uid: string;
  data_supply: number;
  pic_urls: string[];
  card_id_list: string[];
}

/** A store as it is kept. */
export interface Store {
  base_info: {
    business_name: string;
    address: string;
    telephone: string;
    province: string;
    city: string;
    district: string;
    longitude: number;
    latitude: number;
    open_time: string;
    photo_list: { photo_url: string }[];
    poi_id: string;
    status: number;
    qualification_num: string;
    qualification_name: string;
  };
}

/** The details of a store. */
export interface StoreInput {
  /** JSON: `{ "list": [address, …] }`. */
  pic_list: string;
  contract_phone: string;
  /** As `10:00-21:00`. */
  hour: string;
  /** A member card or a coupon, or an empty text. */
  card_id: string;
}

/** 门店小程序: the mini program of an account’s stores. */
export const store = {
  /**
   * 拉取门店小程序类目: lists the categories, and the papers that they need.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_getwxastorecatelist.html
   */
  getCategories: get<{ data: { all_category_info: { categories: StoreCategory[] } } }>(
    '/wxa/get_merchant_category',
  ),
  /**
   * 创建门店小程序: applies for the mini program; the administrator of the account confirms it.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_applywxastore.html
   */
  apply: post<{
    first_catid: number;
    second_catid: number;
    /** The media_id’s of temporary pictures, as all below. */
    headimg_mediaid: string;
    /** 4 to 30 characters; Chinese ones count twice. */
    nickname: string;
    intro: string;
    qualification_list: string;
    org_code?: string | undefined;
    other_files?: string | undefined;
  }>('/wxa/apply_merchant'),
  /**
   * 获取门店小程序审核结果: tells how far an application is.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_getwxastoreauditinfo.html
   */
  getAuditInfo: get<
    {
      data: {
        audit_id: number;
        /** 0 not applied, 1 accepted, 2 under way, 3 refused, 4 refused by the administrator. */
        status: number;
        reason: string;
      };
    },
    // The page has it in the body of a GET.
    { audit_id?: number | undefined }
  >('/wxa/get_merchant_audit_info', { query: ['audit_id'] }),
  /**
   * 修改门店小程序信息: changes the picture or the introduction; an empty text leaves one as it is.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_modifywxastore.html
   */
  modify: post<{ headimg_mediaid: string; intro: string }>('/wxa/modify_merchant'),
  /**
   * 从腾讯地图拉取省市区信息: lists provinces, cities and districts, each in a list of their own.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_getdistrictlist.html
   */
  getDistricts: get<{
    status: number;
    message: string;
    data_version: string;
    result: District[][];
  }>('/wxa/get_district'),
  /**
   * 在腾讯地图中搜索门店: searches a district for a place.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_poilistsearch.html
   */
  searchMapPoi: post<{ districtid: Id; keyword: string }, { data: { item: MapPoi[] } }>(
    '/wxa/search_map_poi',
    { idempotent: true },
  ),
  /**
   * 在腾讯地图中创建门店: adds a place to the map, which is reviewed.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_createnewpoid.html
   */
  createMapPoi: post<
    {
      name: string;
      longitude: string;
      latitude: string;
      province: string;
      city: string;
      district: string;
      address: string;
      category: string;
      /** Several have semicolons between. */
      telephone: string;
      photo: string;
      license: string;
      introduct: string;
      districtid: string;
      /** For a store that moves here from 门店管理. */
      poi_id?: string | undefined;
    },
    { data: { base_id: number; rich_id: number } }
  >('/wxa/create_map_poi'),
  /**
   * 添加门店: adds a store, which is reviewed.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_addentityshop.html
   */
  add: post<
    StoreInput & {
      /** The `sosomap_poi_uid` of the place. */
      map_poi_id: string;
      /** The number of the business licence. */
      credential: string;
      /** When it is not the account’s own company. */
      company_name?: string | undefined;
      qualification_list?: string[] | undefined;
      /** For a store that moves here from 门店管理. */
      poi_id?: string | undefined;
    },
    { data: { audit_id: number } }
  >('/wxa/add_store'),
  /**
   * 更新门店信息: changes a store; `has_audit_id` is 1 when that is reviewed.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_newupdatepoi.html
   */
  update: post<
    StoreInput & { poi_id: string; map_poi_id?: string | undefined },
    { data: { has_audit_id: 0 | 1; audit_id: number } }
  >('/wxa/update_store'),
  /**
   * 获取单个门店信息: gets a store.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_newgetpoi.html
   */
  get: post<{ poi_id: string }, { business: Store }>('/wxa/get_store_info', { idempotent: true }),
  /**
   * 获取门店信息列表: lists the stores, 50 at most.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_newgetpoilist.html
   */
  list: post<{ offset: number; limit: number }, { business_list: Store[]; total_count: number }>(
    '/wxa/get_store_list',
    {
      idempotent: true,
      paging: { ...ITEM_PAGING, count: 'limit', size: 50, rows: 'business_list' },
    },
  ),
  /**
   * 删除门店: deletes a store.
   * @see https://developers.weixin.qq.com/doc/service/api/stores/miniapp/api_newdelpoi.html
   */
  delete: post<{ poi_id: string }>('/wxa/del_store'),
};
