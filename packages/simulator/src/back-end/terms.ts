/** Which fields a request must and may have, written as `name=value` terms. */
export type TextValues = Readonly<Record<string, string>>;

interface Term {
  readonly label: string;
  readonly name: RegExp;
  readonly isOptional: boolean;
  readonly value: RegExp;
  readonly wanted: string;
}

const KINDS: ReadonlyMap<string, RegExp> = new Map([
  ['<any>', /^[\s\S]*$/],
  ['<text>', /^[\s\S]+$/],
  ['<int>', /^-?\d+$/],
  ['<token>', /^\d+$/],
  ['<random>', /^(?:0(?:\.\d+)?|\d(?:\.\d+)?e-\d+)$/],
  ['<md5>', /^[0-9a-f]{32}$/],
  ['<date>', /^\d{4}-\d\d-\d\d$/],
]);

/**
 * Parses terms separated by spaces. `a=b` requires the value, `a=b|c` one of them, `a=<int>` a kind
 * of value, `a?=b` makes the field optional, and `a#=b` stands for any number of fields `a0`, `a1`
 * …; values are percent-encoded.
 */
function readTerms(text: string): Term[] {
  return text.split(/\s+/).filter(Boolean).map(readTerm);
}

function readTerm(text: string): Term {
  const [, name, mark, wanted] = /^([\w-]+)([?#]?)=(.*)$/.exec(text) ?? [];
  if (name === undefined || wanted === undefined) throw new Error(`${text} is not a term`);
  const literals = wanted.split('|').map((one) => escape(decodeURIComponent(one)));
  return {
    label: mark === '#' ? `${name}0` : name,
    name: new RegExp(`^${name}${mark === '#' ? '\\d+' : ''}$`),
    isOptional: mark !== '',
    value: KINDS.get(wanted) ?? new RegExp(`^(?:${literals.join('|')})$`),
    wanted,
  };
}

function escape(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}

/** Lists fields that are missing, wrong or superfluous, by terms; `where` names the place. */
export function listTermFaults(text: string, values: TextValues, where: string): string[] {
  const terms = readTerms(text);
  const missing = terms
    .filter(({ label, isOptional }) => !isOptional && values[label] === undefined)
    .map(({ label }) => `${where} lacks ${label}`);
  const wrong = Object.entries(values).flatMap(([name, value]) => {
    const term = terms.find((one) => one.name.test(name));
    if (!term) return [`${where} has ${name}, which is not known`];
    if (term.value.test(value)) return [];
    return [`${where} has ${name}=${value}, where ${term.wanted || 'nothing'} is wanted`];
  });
  return [...missing, ...wrong];
}
