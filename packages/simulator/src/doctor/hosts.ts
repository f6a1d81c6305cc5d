import type { Words } from '../check/row.ts';
import { type Finding, warn } from './finding.ts';

/** A hosting provider, known by its domains. */
interface Host {
  readonly domains: RegExp;
  readonly what: Words;
  readonly hint: Words;
}

const HOSTS: readonly Host[] = [
  {
    domains: /\.tcloudbase\.com$/,
    what: {
      en: 'This is the public address of 微信云托管 or CloudBase.',
      zh: '这是微信云托管或 CloudBase 的公网地址。',
    },
    hint: {
      en: "微信云托管 can push without it: choose the service and its path at 设置 → 全局设置 → 消息推送, give source: 'cloud' in place of the token, close 公网访问, and ask doctor --cloud. In a function of CloudBase use @wechat-mp/core/serverless.",
      zh: "微信云托管不需要公网地址：在“设置 → 全局设置 → 消息推送”里选好服务和路径，用 source: 'cloud' 代替 Token，关闭公网访问，再用 doctor --cloud 检查。CloudBase 云函数请用 @wechat-mp/core/serverless。",
    },
  },
  {
    domains:
      /\.(?:fcapp\.run|tencentscf\.com|(?:apigw|scf)\.tencentcs\.com|on\.aws|amazonaws\.com|netlify\.app)$/,
    what: { en: 'This is the address of a cloud function.', zh: '这是云函数的地址。' },
    hint: {
      en: 'Use @wechat-mp/core/serverless. The function is frozen after its response: late replies are not sent, so set maxDeliveries: 1 and a pending text. The gateway must pass on the query.',
      zh: '请用 @wechat-mp/core/serverless。云函数应答后就会冻结，超时回复发不出去：请设 maxDeliveries: 1 和 pending。网关要透传查询串。',
    },
  },
  {
    domains: /\.(?:vercel\.app|workers\.dev|pages\.dev|deno\.dev)$/,
    what: {
      en: 'This domain is often unreachable from mainland China, where WeChat sends its requests from.',
      zh: '微信从境内发起请求，这个域名在境内经常访问不到。',
    },
    hint: {
      en: 'Bind a domain of your own. Use @wechat-mp/core/fetch; nothing is sent after the response, so set maxDeliveries: 1 and a pending text.',
      zh: '请绑定自己的域名。用 @wechat-mp/core/fetch；应答之后才得出的结果发不出去，请设 maxDeliveries: 1 和 pending。',
    },
  },
  {
    domains: /\.(?:ngrok\.io|ngrok\.app|ngrok-free\.(?:app|dev)|loca\.lt|trycloudflare\.com)$/,
    what: { en: 'This is a tunnel.', zh: '这是内网穿透的地址。' },
    hint: {
      en: 'Fine for tests: its address changes, some show a page of their own first, and requests from China may take seconds.',
      zh: '调试没问题：地址会变，有的会先显示自己的提示页，到国内的线路可能要好几秒。',
    },
  },
];

/** Returns advice for known hosting providers. */
export function* lookAtHost({ hostname }: URL): Generator<Finding> {
  const host = HOSTS.find(({ domains }) => domains.test(hostname));
  if (host) yield warn('host', host.what, host.hint);
}
