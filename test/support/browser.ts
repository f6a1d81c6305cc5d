/** A browser with cookies, for pages that send it about. It shares no code with the library. */
import { once } from 'node:events';
import { type IncomingHttpHeaders, type IncomingMessage, request } from 'node:http';

export interface Page {
  status: number;
  headers: IncomingHttpHeaders;
  /** Every Set-Cookie line, as it came. */
  setCookies: string[];
  body: string;
  /** The target of the redirect, without its fragment. */
  location: string | undefined;
  /** The address that was asked for. */
  address: string;
}

export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  /** Sends no cookies and keeps none. */
  isStranger?: boolean;
}

export class Browser {
  /** The cookies of each host, by name. */
  readonly jars = new Map<string, Map<string, string>>();
  /** Set-Cookie lines of all answers. */
  readonly lines: string[] = [];

  /** Asks for one page, as it is written: the address is not made any tidier. */
  async ask(address: string, asking: Asking = {}): Promise<Page> {
    const [, host = '', path = '/'] = /^http:\/\/([^/]+)(.*)$/s.exec(address) ?? [];
    const [hostname, port] = host.split(':');
    const jar = this.jar(host);
    const cookie = asking.isStranger ? '' : [...jar].map((pair) => pair.join('=')).join('; ');
    const headers = {
      accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
      ...(cookie && { cookie }),
      ...asking.headers,
    };
    const method = asking.method ?? 'GET';
    const client = request({ hostname, port, path, method, headers, agent: false });
    client.end();
    const [response] = (await once(client, 'response')) as [IncomingMessage];
    let body = '';
    for await (const chunk of response.setEncoding('utf8')) body += chunk;
    const setCookies = response.headers['set-cookie'] ?? [];
    if (!asking.isStranger) this.#keep(jar, setCookies);
    const written = response.headers.location?.split('#', 1)[0];
    const location = written?.startsWith('/') ? `http://${host}${written}` : written;
    const { statusCode = 0, headers: given } = response;
    return { status: statusCode, headers: given, setCookies, body, location, address };
  }

  /** Asks for a page and goes where it leads to, ten times at most; gives all that it saw. */
  async follow(address: string, asking?: Asking): Promise<Page[]> {
    const pages = [await this.ask(address, asking)];
    for (let last = pages.at(-1); last?.location; last = pages.at(-1)) {
      if (pages.length > 10) throw new Error('a redirect loop');
      pages.push(await this.ask(last.location, asking));
    }
    return pages;
  }

  /** The last page of `follow`. */
  async open(address: string, asking?: Asking): Promise<Page> {
    return (await this.follow(address, asking)).at(-1) as Page;
  }

  jar(host: string): Map<string, string> {
    const jar = this.jars.get(host) ?? new Map<string, string>();
    this.jars.set(host, jar);
    return jar;
  }

  #keep(jar: Map<string, string>, setCookies: readonly string[]): void {
    for (const line of setCookies) {
      this.lines.push(line);
      const [pair = '', ...attributes] = line.split('; ');
      const at = pair.indexOf('=');
      const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
      // One that is Secure would not come back over http.
      const isGone = attributes.includes('Max-Age=0') || attributes.includes('Secure');
      if (isGone) jar.delete(name);
      else jar.set(name, value);
    }
  }
}
