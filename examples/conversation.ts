// What `npm run demo -- --once` says to the bot, and what it should hear.
import { isDeepStrictEqual } from 'node:util';
import type { Outcome, ReceivedMessage, Simulator, User } from '@wechat-mp/simulator';

interface Step {
  readonly title: string;
  /** Does something, and gives what the user then has on the screen. */
  readonly run: (wechat: Simulator, user: User) => Promise<ReceivedMessage | undefined>;
  /** Expected content. */
  readonly expected: Partial<Record<string, unknown>>;
}

const answer = async (outcome: Promise<Outcome>) => {
  const { reply, problems } = await outcome;
  if (problems.length > 0) throw new Error(problems.join('; '));
  return reply;
};
const pushed = async (user: User, outcome: Promise<Outcome>) => {
  await answer(outcome);
  return (await user.nextPushed()).message;
};
const text = (content: string) => ({ type: 'text', content });

const STEPS: readonly Step[] = [
  {
    title: '服务器配置 · the address is verified',
    run: async (wechat) => {
      const { isRight, problems } = await wechat.verify();
      return { type: 'text', content: isRight ? 'verified' : problems.join() };
    },
    expected: text('verified'),
  },
  {
    title: '扫码关注 · following by a QR code',
    run: (_, user) => answer(user.subscribe({ scene: 'poster' })),
    expected: text('欢迎！你来自“poster”'),
  },
  {
    title: '文本 · echo',
    run: (_, user) => answer(user.sendText('你好 😀')),
    expected: text('你说：你好 😀'),
  },
  {
    title: '图文 · news',
    run: (_, user) => answer(user.sendText('新闻')),
    expected: { type: 'news' },
  },
  {
    title: '菜单 · a tap on the menu',
    run: (_, user) => answer(user.clickMenu('NEWS')),
    expected: { type: 'news' },
  },
  {
    title: '计数 · a dialogue with memory',
    run: async (_, user) => {
      await user.sendText('计数');
      return await answer(user.sendText('计数'));
    },
    expected: text('这是你第 2 次让我计数'),
  },
  {
    title: '图片 · a picture',
    run: (_, user) => answer(user.sendImage({ mediaId: 'CAT' })),
    expected: { type: 'image', mediaId: 'CAT' },
  },
  {
    title: '位置 · a location',
    run: (_, user) =>
      answer(user.sendLocation({ latitude: 23.1, longitude: 113.3, label: '广州' })),
    expected: text('你在广州'),
  },
  {
    title: '模板消息 · a template message',
    run: (_, user) => pushed(user, user.sendText('模板')),
    expected: { type: 'template', content: '订单：20261123-1\n状态：已发货' },
  },
  {
    title: '12 秒 · thinks for 12 seconds, answers in the third delivery',
    run: (_, user) => answer(user.sendText('12')),
    expected: text('想了 12 秒：答案是 42'),
  },
  {
    title: '20 秒 · thinks for 20 seconds, the answer comes by itself',
    run: (_, user) => pushed(user, user.clickMenu('LATE')),
    expected: text('想了 20 秒：答案是 42'),
  },
  {
    title: '语言模型 · a model that streams, its Markdown as the chat shows it',
    run: async (_, user) => {
      const given = await answer(user.sendText('模型 你好'));
      const content = given?.type === 'text' ? String(given['content']) : '';
      const [title = ''] = content.split('\n', 1);
      return { type: 'text', content: title };
    },
    expected: text('你问的是“你好”'),
  },
];

/** Holds the whole conversation, each step as a user of its own; gives the number of wrong answers. */
export async function converse(wechat: Simulator): Promise<number> {
  const results = await Promise.all(
    STEPS.map(async ({ title, run, expected }, index) => {
      const given = await run(wechat, wechat.user(`用户 ${index + 1}`)).catch(String);
      const isRight = contains(given, expected);
      console.log(`${isRight ? '✓' : '✗'} ${title}\n    ${JSON.stringify(given)}`);
      if (!isRight) console.log(`    expected: ${JSON.stringify(expected)}`);
      return isRight;
    }),
  );
  const wrong = results.filter((isRight) => !isRight).length;
  console.log(
    wrong === 0 ? `All ${STEPS.length} are right.` : `${wrong} of ${STEPS.length} are wrong.`,
  );
  return wrong;
}

function contains(given: unknown, expected: Step['expected']): boolean {
  if (typeof given !== 'object' || given === null) return false;
  const values = given as Readonly<Record<string, unknown>>;
  return Object.entries(expected).every(([name, value]) => isDeepStrictEqual(values[name], value));
}
