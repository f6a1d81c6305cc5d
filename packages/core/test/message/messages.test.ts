import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { messageNames, parseMessage } from '@wechat-mp/core';
import {
  COMPONENT,
  event,
  GH,
  OPENID,
  push,
  userMessage,
  type WireFields,
  type WireValue,
  writeXml,
} from '../../../../test/support/platform.ts';

interface FieldRow {
  name: string;
  type: 'string' | 'int' | 'int64' | 'float' | 'struct' | 'list';
  optional: boolean;
  children?: FieldRow[];
}
interface Row {
  msgType: string;
  event: string | null;
  /** Present for a push to a third-party platform, which has no msgType. */
  infoType?: string;
  fields: FieldRow[];
}
/** Which tags are sent, and which of them hold something. */
type Variant = 'complete' | 'optional left out' | 'optional empty' | 'all empty';

const fixture = new URL('../fixtures/messages.json', import.meta.url);
const rows = JSON.parse(readFileSync(fixture, 'utf8')) as Row[];
function getName({ msgType, event, infoType }: Row): string {
  if (infoType !== undefined) return `component:${infoType}`;
  return event === null ? msgType : `${msgType}:${event.toLowerCase()}`;
}
const named = rows.map((row) => [getName(row), row] as const);

const BIG = '9007199254740993';
const SAMPLES = { string: '文字 ', int: 3, int64: BIG, float: 23.134521 };
const EMPTY = { string: '', int: Number.NaN, int64: '', float: Number.NaN };

const holdsItems = ({ children }: FieldRow) =>
  children?.length === 1 && children[0]?.name === 'item';

function wire(fields: FieldRow[], variant: Variant): WireFields {
  const sent = fields.filter(({ optional }) => !optional || variant !== 'optional left out');
  return Object.fromEntries(sent.map((field) => [field.name, wireValue(field, variant)]));
}

function wireValue(field: FieldRow, variant: Variant): WireValue {
  const { type, optional, children } = field;
  if (optional && variant !== 'complete') return '';
  if (holdsItems(field)) return variant === 'all empty' ? '' : wire(children ?? [], variant);
  if (type === 'struct') return wire(children ?? [], variant);
  if (variant === 'all empty') return '';
  if (type !== 'list') return SAMPLES[type];
  // what has no children is a number that repeats
  if (!children) return [3, 3] as unknown as WireFields[];
  return [wire(children, variant), wire(children, variant)];
}

function read(fields: FieldRow[], variant: Variant): Record<string, unknown> {
  return Object.fromEntries(
    fields.map((field) => [documentedName(field.name), readValue(field, variant)]),
  );
}

function readValue(field: FieldRow, variant: Variant): unknown {
  const { type, optional, children } = field;
  const empty = variant === 'all empty' || (optional && variant !== 'complete');
  if (type === 'list' || holdsItems(field)) {
    if (empty) return [];
    if (!children) return [3, 3];
    const inside = holdsItems(field) ? (children[0]?.children ?? []) : children;
    return [read(inside, variant), read(inside, variant)];
  }
  if (optional && empty) return undefined;
  if (type === 'struct') return read(children ?? [], variant);
  return (empty ? EMPTY : SAMPLES)[type];
}

function documentedName(tag: string): string {
  return tag
    .replaceAll('ID', 'Id')
    .replace(/_(.)/g, (_, letter: string) => letter.toUpperCase())
    .replace(/^./, (letter) => letter.toLowerCase());
}

/** The fields that a handler sees, apart from the common ones. */
function expected(row: Row, variant: Variant): Record<string, unknown> {
  const { msgId, eventKey, locationX, locationY, source, ...others } = read(row.fields, variant);
  const tags = row.fields.map(({ name }) => name);
  const all: Record<string, unknown> = { ...others };
  if (tags.includes('MsgId')) all['id'] = msgId;
  if (tags.includes('MsgID')) all['msgId'] = msgId;
  if (tags.includes('EventKey')) all['key'] = eventKey;
  if (tags.includes('Source')) all['invoiceSource'] = source;
  if (row.msgType === 'location') all['location'] = [locationX, locationY];
  if (row.event === 'SCAN') all['scene'] = eventKey;
  if (row.event === 'subscribe') all['scene'] = undefined;
  return all;
}

function createEnvelope(row: Row): WireFields {
  if (row.infoType !== undefined) return push(row.infoType);
  const { MsgId: _, ...envelope } = userMessage(row.msgType);
  return row.event === null ? envelope : { ...envelope, Event: row.event };
}

/** The same fields in the console's other format; ids are bare numbers there. */
const writeJson = (fields: WireFields) => JSON.stringify(fields).replaceAll(`"${BIG}"`, BIG);

const COMMON = ['type', 'target', 'source', 'time', 'raw', 'fields'];
function ownFields(message: object): object {
  return Object.fromEntries(Object.entries(message).filter(([name]) => !COMMON.includes(name)));
}

describe('the table of messages and events', () => {
  it('has exactly the documented ones and one for each kind of unknown', () => {
    const names = [...named.map(([name]) => name), 'unknown', 'event:unknown', 'component:unknown'];
    expect(new Set(messageNames)).toEqual(new Set(names));
    expect(messageNames).toHaveLength(names.length);
  });
});

describe.each(named)('%s', (name, row) => {
  it.each([
    ['XML', writeXml],
    ['JSON', writeJson],
  ])('reads every field from %s under its documented name', (_format, write) => {
    const fields = { ...createEnvelope(row), ...wire(row.fields, 'complete') };
    const message = parseMessage(write(fields));
    expect(message.type).toBe(name);
    expect(ownFields(message)).toStrictEqual(expected(row, 'complete'));
    const [target, source] = row.infoType === undefined ? [GH, OPENID] : [COMPONENT, ''];
    expect(message).toMatchObject({ target, source, time: fields['CreateTime'] });
    expect(message.raw).toBe(write(fields));
    expect(Object.keys(message.fields)).toEqual(Object.keys(fields));
  });

  it('reads optional fields that are left out as undefined', () => {
    const fields = { ...createEnvelope(row), ...wire(row.fields, 'optional left out') };
    const own = ownFields(parseMessage(writeXml(fields)));
    expect(own).toStrictEqual(expected(row, 'optional left out'));
  });

  it.each([
    ['<Tag><![CDATA[]]></Tag>', (xml: string) => xml],
    ['<Tag></Tag>', (xml: string) => xml.replaceAll('<![CDATA[]]>', '')],
    ['<Tag/>', (xml: string) => xml.replace(/<(\w+)><!\[CDATA\[\]\]><\/\1>/g, '<$1/>')],
  ])('reads the empty tag %s as undefined where optional, as empty text elsewhere', (_, spell) => {
    for (const variant of ['optional empty', 'all empty'] as const) {
      const fields = { ...createEnvelope(row), ...wire(row.fields, variant) };
      const own = ownFields(parseMessage(spell(writeXml(fields))));
      expect(own).toStrictEqual(expected(row, variant));
    }
  });
});

describe('the scene of a QR code', () => {
  it.each([
    ['qrscene_123', '123'],
    ['qrscene_qrscene_a', 'qrscene_a'],
    ['last_trade_no_4008962001', undefined],
    ['', undefined],
  ])('of a new follower with the key %j is %j', (EventKey, scene) => {
    const message = parseMessage(writeXml(event('subscribe', { EventKey, Ticket: 'T' })));
    expect(message).toMatchObject({ type: 'event:subscribe', ticket: 'T' });
    expect(message).toHaveProperty('scene', scene);
    expect(message).toHaveProperty('key', EventKey || undefined);
  });

  it('of a follower is the key as it stands', () => {
    const message = parseMessage(writeXml(event('SCAN', { EventKey: 'qrscene_1', Ticket: 'T' })));
    expect(message).toMatchObject({ key: 'qrscene_1', scene: 'qrscene_1', ticket: 'T' });
  });
});

describe('every message', () => {
  it('has an id of text, and an event none', () => {
    const sent = userMessage('text', { MsgId: '6038700799783131222' });
    expect(parseMessage(writeXml(sent)).id).toBe('6038700799783131222');
    expect(parseMessage(writeXml(event('CLICK', { EventKey: 'A' }))).id).toBeUndefined();
  });

  it('keeps in `fields` what no table knows, nested and repeated, as text', () => {
    const More: WireFields[] = [{ A: '007' }, { A: '1e5', B: { C: 0 } }];
    const sent = { ...userMessage('text', { Content: 'hi', More }), CreateTime: 1348831860 };
    expect(parseMessage(writeXml(sent)).fields).toEqual({
      ...sent,
      CreateTime: '1348831860',
      More: [{ A: '007' }, { A: '1e5', B: { C: '0' } }],
    });
  });

  it.each([
    ['a message', userMessage('shake_hands', { A: 'b' }), 'unknown'],
    ['an event', event('Brand_New', { A: 'b' }), 'event:unknown'],
    [
      'a device event',
      { ...event('explode', { A: 'b' }), MsgType: 'device_event' },
      'event:unknown',
    ],
    ['an event without a name', userMessage('event', { A: 'b' }), 'event:unknown'],
    ['a message named like an event', userMessage('event:click', { A: 'b' }), 'unknown'],
    ['a message named like a part of objects', userMessage('constructor', { A: 'b' }), 'unknown'],
  ])('is known as unknown when %s has no row', (_what, fields, type) => {
    const message = parseMessage(writeXml(fields));
    expect(message).toMatchObject({ type, target: GH, source: OPENID, fields: { A: 'b' } });
    expect(message.fields['MsgType']).toBe(fields['MsgType']);
  });
});

describe('what names no account, or no user', () => {
  const { ToUserName: _, ...unaddressed } = event('minigame_coin_deliver_completed', {
    MiniGame: { OrderId: '7' },
  });
  const { FromUserName: __, ...nameless } = unaddressed;

  it.each([
    ['XML', writeXml],
    ['JSON', writeJson],
  ])('is an event with empty ones, in %s', (_format, write) => {
    const rest = { type: 'event:unknown', target: '', fields: { MiniGame: { OrderId: '7' } } };
    expect(parseMessage(write(unaddressed))).toMatchObject({ ...rest, source: OPENID });
    expect(parseMessage(write(nameless))).toMatchObject({ ...rest, source: '' });
    expect(parseMessage(write({ ...nameless, MsgType: 'device_event' }))).toMatchObject(rest);
  });

  it('is a message without an account, and none without a user', () => {
    const { ToUserName: _to, ...text } = userMessage('text', { Content: 'hi' });
    expect(parseMessage(writeXml(text))).toMatchObject({ type: 'text', target: '', content: 'hi' });
    const { FromUserName: _from, ...anonymous } = text;
    expect(() => parseMessage(writeXml(anonymous))).toThrow(/FromUserName is missing/);
  });
});

describe('a group that repeats', () => {
  const entry = (TemplateId: string) => ({ TemplateId, SubscribeStatusString: 'accept' });
  const read = (group: WireValue) =>
    parseMessage(writeXml(event('subscribe_msg_popup_event', { SubscribeMsgPopupEvent: group })));

  it('is one group with what is in the lists of all', () => {
    const groups = [{ List: entry('a') }, { List: [entry('b'), entry('c')] }, { Other: '1' }];
    expect(read(groups)).toHaveProperty(
      'subscribeMsgPopupEvent.list',
      ['a', 'b', 'c'].map((templateId) => expect.objectContaining({ templateId })),
    );
    expect(read([{ List: entry('a') }])).toHaveProperty('subscribeMsgPopupEvent.list.length', 1);
    expect(read([])).toHaveProperty('subscribeMsgPopupEvent.list', []);
  });

  it('has the first of what stands in it once', () => {
    const fields = {
      EventKey: 'k',
      ScanCodeInfo: [{ ScanType: 'a' }, { ScanType: 'b', ScanResult: 'c' }],
    };
    expect(parseMessage(writeXml(event('scancode_push', fields)))).toMatchObject({
      scanCodeInfo: { scanType: 'a', scanResult: 'c' },
    });
  });

  it('in JSON is an array', () => {
    const fields = event('subscribe_msg_sent_event', {
      SubscribeMsgSentEvent: [{ List: { MsgID: '1' } }, { List: { MsgID: '2' } }],
    });
    expect(parseMessage(JSON.stringify(fields))).toMatchObject({
      subscribeMsgSentEvent: { list: [{ msgId: '1' }, { msgId: '2' }] },
    });
  });
});
