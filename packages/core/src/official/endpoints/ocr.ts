import { upload } from '../endpoint.ts';
import type { Corners, Picture, PictureSize, PictureUrl } from './common.ts';

/** The address of a picture, and how it came about. */
export interface DocumentUrl extends PictureUrl {
  type?: 'photo' | 'scan' | undefined;
}

/** 文字识别: reading pictures. */
export const ocr = {
  /**
   * 身份证识别: reads an identity card, front or back.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_idcardocr.html
   */
  idCard: upload<
    Picture,
    {
      type: 'Front' | 'Back';
      name?: string;
      id?: string;
      addr?: string;
      gender?: string;
      nationality?: string;
      valid_date?: string;
    },
    DocumentUrl
  >('/cv/ocr/idcard', { query: ['type', 'img_url'] }),
  /**
   * 银行卡识别: reads the number of a bank card.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_bankcardocr.html
   */
  bankCard: upload<Picture, { number: string }, DocumentUrl>('/cv/ocr/bankcard', {
    query: ['type', 'img_url'],
  }),
  /**
   * 行驶证识别: reads a vehicle licence, front or back.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_drivingocr.html
   */
  vehicleLicense: upload<
    Picture,
    {
      plate_num?: string;
      vehicle_type?: string;
      owner?: string;
      addr?: string;
      use_character?: string;
      model?: string;
      vin?: string;
      engine_num?: string;
      register_date?: string;
      issue_date?: string;
      plate_num_b?: string;
      record?: string;
      passengers_num?: string;
      total_quality?: string;
      prepare_quality?: string;
      overall_size?: string;
      card_position_front?: { pos?: Corners };
      card_position_back?: { pos?: Corners };
      img_size: PictureSize;
    },
    DocumentUrl
  >('/cv/ocr/driving', { query: ['type', 'img_url'] }),
  /**
   * 驾驶证识别: reads a driving licence.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_drivinglicenseocr.html
   */
  driverLicense: upload<
    Picture,
    {
      id_num: string;
      name: string;
      sex: string;
      nationality: string;
      address: string;
      birth_date: string;
      issue_date: string;
      car_class: string;
      valid_from: string;
      valid_to: string;
      official_seal: string;
    },
    DocumentUrl
  >('/cv/ocr/drivinglicense', { query: ['type', 'img_url'] }),
  /**
   * 营业执照识别: reads a business licence.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_bizlicenseocr.html
   */
  businessLicense: upload<
    Picture,
    {
      reg_num: string;
      serial: string;
      legal_representative: string;
      type_of_organization: string;
      enterprise_name: string;
      type_of_enterprise: string;
      address: string;
      business_scope: string;
      registered_capital: string;
      paid_in_capital: string;
      valid_period: string;
      registered_date: string;
      cert_position: { pos: Corners };
      img_size: PictureSize;
    },
    DocumentUrl
  >('/cv/ocr/bizlicense', { query: ['type', 'img_url'] }),
  /**
   * 通用印刷体识别: reads printed text.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_commocr.html
   */
  printedText: upload<
    Picture,
    { items: { text: string; pos: Corners }[]; img_size: PictureSize },
    PictureUrl
  >('/cv/ocr/comm', { query: ['img_url'] }),
  /**
   * 菜单识别: reads the menu of a restaurant; `content` is JSON with `menu_items`, each a `name`
   * and a `price`.
   * @see https://developers.weixin.qq.com/doc/service/api/openpoc/ocr/api_menuocr.html
   */
  menu: upload<Picture, { content: string }, PictureUrl>('/cv/ocr/menu', { query: ['img_url'] }),
};
