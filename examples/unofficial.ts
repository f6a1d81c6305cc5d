// The back end of mp.weixin.qq.com: users, groups, articles and conversations.
// Run: npm run example examples/unofficial.ts
// It needs no account: a back end on this machine stands in for the platform. With one of yours, log
// in as in unofficial-login.ts and give WECHAT_BACK_END and WECHAT_SESSION. Read docs/unofficial.md first.
import { FileSessionStore, UnofficialClient } from '@wechat-mp/core/unofficial';
import { startBackEnd } from '@wechat-mp/simulator';

const { WECHAT_BACK_END, WECHAT_SESSION } = process.env;
const backEnd = WECHAT_BACK_END ? undefined : await startBackEnd();
const client = new UnofficialClient({
  baseUrl: WECHAT_BACK_END ?? backEnd?.url,
  ...(WECHAT_SESSION ? { sessions: new FileSessionStore(WECHAT_SESSION) } : backEnd?.session()),
});

// Groups, and the followers in one of them, page by page.
const { groups } = await client.getGroupList();
for (const { id, name, cnt } of groups) console.log(`分组 ${id} ${name}：${cnt} 人`);
const { contacts } = await client.getUserList({ groupId: groups[0]?.id, page: 0, pageSize: 3 });
for (const { nick_name, remark_name } of contacts)
  console.log(`用户 ${nick_name}（${remark_name}）`);

// All that is known of one, by the id that the list gave.
const someone = contacts[0]?.id ?? '';
const { country, province, city, signature } = await client.getUserInfo(someone);
console.log(`资料：${country}${province}${city} ${signature}`);

// Add an article, find it, and send it.
await client.addNews([{ title: '标题', content: '<p>正文</p>', author: '作者', summary: '摘要' }]);
const [newest] = await client.getNewsList(0, 1);
console.log(`图文 ${newest?.title}`);
await client.sendNews(someone, newest?.app_id ?? '');

// Say something, and read the conversation.
await client.sendMessage(someone, '你好，这里是客服');
const dialogue = await client.getDialogMessage(someone);
for (const { type, content } of dialogue.msg_items.msg_item.slice(0, 3)) {
  console.log(`对话 ${type === 1 ? content : `类型 ${type}`}`);
}

// What came in since a message that is known.
const { msg_item } = await client.getMessageList({ count: 5 });
console.log(
  `最近 ${msg_item.length} 条消息，第三条之后新到 ${await client.getNewMessageNum(msg_item[2]?.id)} 条`,
);
await backEnd?.close();
