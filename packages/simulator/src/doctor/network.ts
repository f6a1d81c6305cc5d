import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { type Finding, ok, problem, warn } from './finding.ts';

const PATIENCE = 5000;
const DAYS_LEFT = 14;

/** Checks the network path to the bot, up to where HTTP begins; stops at the first problem. */
export async function* lookAtNetwork(url: URL): AsyncGenerator<Finding> {
  const hostname = url.hostname.replace(/^\[(.*)\]$/, '$1');
  try {
    const addresses = await lookup(hostname, { all: true });
    const list = addresses.map(({ address }) => address).join(', ');
    yield ok('dns', `DNS: ${hostname} is ${list}`, `DNS：${hostname} 解析为 ${list}`);
  } catch (error) {
    return yield problem(
      'dns',
      {
        en: `DNS cannot resolve ${hostname} (${getCode(error)}).`,
        zh: `DNS 解析不到 ${hostname}（${getCode(error)}）。`,
      },
      {
        en: 'Check the spelling, and the record at your DNS provider.',
        zh: '检查拼写，以及域名服务商那里的解析记录。',
      },
    );
  }
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80);
  const refusal = await tryToConnect(hostname, port);
  if (refusal !== undefined) {
    return yield problem(
      'connect',
      {
        en: `Nothing is listening on port ${port} (${refusal}).`,
        zh: `${port} 端口连不上（${refusal}）。`,
      },
      {
        en: 'Is the bot running, on this port, and listening on more than 127.0.0.1? Is there a firewall in between?',
        zh: '机器人在运行吗？端口对吗？是不是只监听了 127.0.0.1？中间有没有防火墙？',
      },
    );
  }
  yield ok('connect', `Port ${port} accepts connections.`, `${port} 端口可以连接。`);
  if (url.protocol === 'https:') yield await lookAtTls(hostname, port);
}

function tryToConnect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: PATIENCE });
    const end = (result: string | undefined) => {
      socket.destroy();
      resolve(result);
    };
    socket.once('connect', () => end(undefined));
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error) => end(getCode(error)));
  });
}

/** The problems of certificates, by Node's error code. */
const CERTIFICATES: Readonly<Record<string, { en: string; zh: string }>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: { en: 'it is self-signed', zh: '是自签名的' },
  SELF_SIGNED_CERT_IN_CHAIN: {
    en: 'its chain ends in a self-signed certificate',
    zh: '证书链里有自签名证书',
  },
  CERT_HAS_EXPIRED: { en: 'it has expired', zh: '已经过期' },
  CERT_NOT_YET_VALID: { en: 'it is not valid yet', zh: '还没有生效' },
  ERR_TLS_CERT_ALTNAME_INVALID: { en: 'it is for another domain', zh: '不是这个域名的' },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    en: 'intermediate certificates are missing',
    zh: '缺少中间证书',
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: { en: 'its issuer is unknown', zh: '签发机构不被信任' },
};

function lookAtTls(host: string, port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connectTls({
      host,
      port,
      servername: /^[\d.:]+$/.test(host) ? '' : host,
      timeout: PATIENCE,
    });
    const end = (finding: Finding) => {
      socket.destroy();
      resolve(finding);
    };
    const fail = (code: string) => {
      const known = CERTIFICATES[code];
      end(
        problem(
          'tls',
          known
            ? {
                en: `WeChat refuses the certificate: ${known.en}.`,
                zh: `微信不会接受这个证书：${known.zh}。`,
              }
            : {
                en: `There is no TLS at this port (${code}).`,
                zh: `这个端口没有 TLS（${code}）。`,
              },
          known
            ? {
                en: 'Install one from a public authority, with its chain (fullchain.pem).',
                zh: '换成公共机构签发的证书，并配置完整证书链（fullchain.pem）。',
              }
            : {
                en: 'Use http:// here, or set up the certificate at this port.',
                zh: '要么改用 http://，要么在这个端口配置证书。',
              },
        ),
      );
    };
    socket.once('secureConnect', () => {
      const days = Math.floor(
        (Date.parse(socket.getPeerCertificate().valid_to) - Date.now()) / 86_400_000,
      );
      if (days >= DAYS_LEFT)
        return end(
          ok(
            'tls',
            `The certificate is right, for ${days} days more.`,
            `证书正确，还有 ${days} 天到期。`,
          ),
        );
      end(
        warn(
          'tls',
          { en: `The certificate expires in ${days} days.`, zh: `证书还有 ${days} 天到期。` },
          { en: 'Renew it.', zh: '请续期。' },
        ),
      );
    });
    socket.once('timeout', () => fail('ETIMEDOUT'));
    socket.once('error', (error) => fail(getCode(error)));
  });
}

const getCode = (error: unknown) => (error as NodeJS.ErrnoException).code ?? 'unknown';
