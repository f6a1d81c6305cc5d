/** Every line that the log can have stands in docs/troubleshooting, in both languages, and no other. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { parseSync } from '@swc/core';

const root = new URL('../../../', import.meta.url);
const LEVELS = new Set(['error', 'warn', 'info', 'debug']);
/** The errors that a request is refused with. */
const REFUSALS = new Set(['SignatureError', 'CipherError', 'ParseError', 'RequestError']);
/** Functions that no webhook calls, or that only report why something else failed. */
const ELSEWHERE =
  /^(?:core\/src\/(?:official|unofficial|oauth|sealed-envelope|delivery)\b|simulator)/;

interface Node {
  readonly type: string;
  readonly [member: string]: unknown;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof Object(value).type === 'string';

function* walk(value: unknown): Generator<Node> {
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) yield value;
  for (const member of Object.values(value)) yield* walk(member);
}

/** Returns the possible texts of an expression; `…` stands for values. */
function readTexts(value: unknown, names: ReadonlyMap<string, readonly Node[]>): string[] {
  if (!isNode(value)) return [];
  const read = (...members: unknown[]) => members.flatMap((member) => readTexts(member, names));
  switch (value.type) {
    case 'StringLiteral':
      return [String(value['value'])];
    case 'TemplateLiteral':
      return [(value['quasis'] as { cooked: string }[]).map(({ cooked }) => cooked).join('…')];
    case 'ConditionalExpression':
      return read(value['consequent'], value['alternate']);
    case 'Identifier':
      return read(...(names.get(String(value['value'])) ?? []));
    case 'MemberExpression':
      return read(value['object']);
    case 'ObjectExpression':
      return (value['properties'] as Node[]).flatMap((property) => read(property['value']));
    default:
      return [];
  }
}

interface Source {
  readonly path: string;
  readonly nodes: readonly Node[];
  readonly names: ReadonlyMap<string, readonly Node[]>;
}

function readSource(path: string): Source {
  const code = readFileSync(new URL(`packages/${path}`, root), 'utf8');
  const nodes = [...walk(parseSync(code, { syntax: 'typescript', decorators: true }))];
  const names = new Map<string, Node[]>();
  for (const { type, id, init } of nodes) {
    if (type !== 'VariableDeclarator' || !isNode(id) || !isNode(init)) continue;
    const name = String(id['value']);
    names.set(name, [...(names.get(name) ?? []), init]);
  }
  return { path, nodes, names };
}

const sources = readdirSync(new URL('packages/', root))
  .filter((name) => name !== 'simulator')
  .flatMap((name) =>
    readdirSync(new URL(`packages/${name}/src/`, root), { recursive: true, encoding: 'utf8' }).map(
      (file) => `${name}/src/${file}`,
    ),
  )
  .filter((path) => path.endsWith('.ts') && !path.includes('/endpoints/'))
  .map(readSource);

const getArguments = ({ arguments: given }: Node) =>
  (given as readonly { expression: unknown }[]).map(({ expression }) => expression);

/** The texts of `logger.warn(details, text)` and similar calls. */
function findLines({ nodes, names }: Source): string[] {
  return nodes.flatMap((node) => {
    if (node.type !== 'CallExpression' || !isNode(node['callee'])) return [];
    const { property, value: called } = node['callee'] as Node & { property?: Node };
    const name = String((property?.['value'] ?? '') as string);
    const [first, second, third] = getArguments(node);
    if (called === 'runInBackground') {
      return readTexts(third, names).map((text) => `${text} failed`);
    }
    // `delivery.warn(text, error)` has the text first, a logger has its details there.
    if (!LEVELS.has(name)) return [];
    const texts = readTexts(second, names);
    return texts.length > 0 ? texts : readTexts(first, names);
  });
}

/** The texts of the errors that a request is refused with. */
function findRefusals({ path, nodes, names }: Source): string[] {
  if (ELSEWHERE.test(path)) return [];
  return nodes.flatMap((node) => {
    const name = isNode(node['callee']) ? String(node['callee']['value']) : '';
    if (node.type !== 'NewExpression' || !REFUSALS.has(name)) return [];
    return readTexts(getArguments(node)[name === 'RequestError' ? 1 : 0], names);
  });
}

/** Lines that are assembled where no reader of sources finds them. */
const ASSEMBLED = ['a late reply could not be sent: …', 'signature is missing'];
/** A shape that others are made of, each of which is seen. */
const SHAPES = new Set(['… failed', 'refused a delivery: …']);

function readPage(path: string): string[] {
  const rows = readFileSync(new URL(path, root), 'utf8').matchAll(/^\| (`+)(.+?)\1 \|/gm);
  return [...rows].map(([, , line]) => (line as string).trim());
}

test.each(['docs/troubleshooting.md', 'docs/troubleshooting.zh-CN.md'])(
  '%s explains every line of the log and every refusal, and no other',
  (path) => {
    const found = sources.flatMap((source) => [...findLines(source), ...findRefusals(source)]);
    const lines = [...new Set([...found, ...ASSEMBLED])].filter((line) => !SHAPES.has(line));
    expect(lines.length).toBeGreaterThan(80);
    expect(lines).toContain('a handler failed; answered success');
    const explained = readPage(path).filter((line) => !line.startsWith('refused a delivery'));
    expect(explained.toSorted()).toEqual(lines.toSorted());
  },
);
