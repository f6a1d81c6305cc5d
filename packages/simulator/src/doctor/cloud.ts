import { exchange } from '../check/exchange.ts';
import { toRequest } from '../check/row.ts';
import type { Clock } from '../clock.ts';
import { type Sealed, sealMessage, sealProbe } from '../push/envelope.ts';
import { pack } from '../push/parcel.ts';
import { createPerson } from '../push/person.ts';
import { judge } from '../push/verdict.ts';
import type { AccountSettings } from '../world.ts';
import { type Finding, ok, problem } from './finding.ts';
import { noAnswer } from './verification.ts';

/** Sends the probe by which the console of 微信云托管 checks a path, and a request of a stranger. */
export async function* lookAtCloud(
  target: string,
  account: AccountSettings,
  clock: Clock,
): AsyncGenerator<Finding> {
  const { pushFormat = 'json' } = account;
  const sendProbe = (sealed: Sealed) => exchange(target, toRequest(sealed), clock);
  const probed = await sendProbe(sealProbe(pushFormat, {}));
  if (!probed.response) return yield noAnswer(probed);
  const { status } = probed.response;
  if (status !== 200) {
    return yield problem(
      'probe',
      {
        en: `The probe CheckContainerPath is answered ${status}, not 200.`,
        zh: `检测请求 CheckContainerPath 的应答是 ${status}，不是 200。`,
      },
      {
        en: "Is the path right, and does the bot have source: 'cloud'? The console does not save a path that fails.",
        zh: "路径对吗？机器人设置了 source: 'cloud' 吗？检测不通过，控制台不会保存这个路径。",
      },
    );
  }
  yield ok('probe', 'The probe of the console is answered 200.', '控制台的检测请求应答 200。');

  const now = clock.now();
  const person = createPerson('doctor', account.appid, now);
  const about = { id: account.id, time: Math.floor(now / 1000) };
  const { fields } = pack(1, person, 'text', {}, about);
  const { response } = await sendProbe(sealMessage(account, fields, { now, breakSignature: true }));
  const question = { openid: person.openid, msgType: 'text', now };
  if (response && judge(account, question, response).verdict !== 'toast') {
    return yield problem(
      'source',
      {
        en: 'A message without x-wx-source is answered: anyone on the internet can impersonate your users.',
        zh: '没有 x-wx-source 的消息也被应答了：外网任何人都能冒充用户。',
      },
      {
        en: 'Check the header before anything else, and do not open a service for pushes to the internet (公网访问).',
        zh: '先检查请求头 x-wx-source；只接收消息推送的服务，不要开启公网访问。',
      },
    );
  }
  yield ok(
    'source',
    'A message without x-wx-source is refused.',
    '没有 x-wx-source 的消息会被拒绝。',
  );
}
