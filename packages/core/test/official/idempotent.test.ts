/** Which rows of the tables may be repeated. */
import { expect, it } from '@jest/globals';
import { endpoints } from '@wechat-mp/core/official';
import { list } from '../../src/official/endpoint.ts';

const rows = list(endpoints).filter(([, { verb }]) => verb !== 'page');
const named = (isSo: (idempotent: boolean | undefined) => boolean) =>
  rows.filter(([, { idempotent }]) => isSo(idempotent)).map(([name]) => name);

it('a row that changes something is not marked idempotent', () => {
  const CHANGES =
    /\.(?:add|create|update|delete|set|send|submit|open|close|mark|unmark|bind|unbind|link|unlink|move|change|upload|clear|consume|deposit|activate|modify|refund|make|insert|reject|checkin|publish|start|switch|invite|apply|disable|maintain|batch(?!Get)|unified|micro|notify|mock)/;
  expect(named((idempotent) => idempotent === true).filter((name) => CHANGES.test(name))).toEqual(
    [],
  );
});

it('most rows that get something are', () => {
  const others = rows.filter(
    ([name, { idempotent }]) => /\.(?:get|list|batchGet|query)/.test(name) && !idempotent,
  );
  // What these take works once.
  expect(others.map(([name]) => name)).toEqual([
    'oauth2.getAccessToken',
    'medical.getRealName',
    'nontax.getRealName',
    'component.queryAuth',
    'component.getOauthAccessToken',
  ]);
});

it('the rows that must not happen twice', () => {
  expect(named((idempotent) => idempotent === false)).toEqual([
    'menu.delete',
    'message.mass.sendAll',
    'message.mass.send',
    'freepublish.submit',
    'oauth2.getAccessToken',
    'nontax.unifiedOrder',
    'nontax.refund',
    'nontax.microPay',
    'component.queryAuth',
    'component.getOauthAccessToken',
    'card.refundGiftCardOrder',
  ]);
});
