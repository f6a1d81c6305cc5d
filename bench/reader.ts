// What reading a message costs: the scanner, which reads what the platform writes, against the library,
// which reads any other document. How the cost grows is in bench/parsing.ts. npm run bench
import { readOtherXml } from '../packages/core/src/xml-library.ts';
import { scanXml } from '../packages/core/src/xml-scanner.ts';

const ROUNDS = 15;
const CHARACTERS = 2_000_000;

const HEAD =
  '<ToUserName><![CDATA[gh_97417a04a28d]]></ToUserName>\n<FromUserName><![CDATA[o9AgO5Kd5ggOC-bXrbNODIiE3bGY]]></FromUserName>\n<CreateTime>1714036504</CreateTime>\n';
const write = (type: string, inside: string): string =>
  `<xml>${HEAD}<MsgType><![CDATA[${type}]]></MsgType>\n${inside}<MsgId>24548103182376000</MsgId>\n</xml>`;
const picture =
  '<item><PicMd5Sum><![CDATA[1b5f7c23b5bf75682a53e7b6d163e185]]></PicMd5Sum>\n</item>\n';
const pictures = (count: number): string =>
  write(
    'event',
    `<Event><![CDATA[pic_weixin]]></Event>\n<SendPicsInfo><Count>${count}</Count>\n<PicList>${picture.repeat(count)}</PicList>\n</SendPicsInfo>\n`,
  );

const messages = {
  'a text': write('text', '<Content><![CDATA[你好，请问几点开门？]]></Content>\n'),
  'an event of 9 pictures': pictures(9),
  'an event of 50 kB': pictures(600),
};

/** CPU microseconds of a reading, the least of several rounds. */
function measure(read: (text: string) => unknown, document: string): number {
  const calls = Math.ceil(CHARACTERS / document.length);
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = process.cpuUsage();
    for (let call = 0; call < calls; call += 1) read(document);
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, (user + system) / calls);
  }
  return best;
}

console.log('reading a message, CPU µs: the scanner | the library (limit: the scanner costs less)');
for (const [name, document] of Object.entries(messages)) {
  const [scanned, parsed] = [measure(scanXml, document), measure(readOtherXml, document)];
  const verdict = scanned < parsed ? '' : ' | OVER THE LIMIT';
  console.log(`${name}: ${scanned.toFixed(1)} | ${parsed.toFixed(1)}${verdict}`);
}
