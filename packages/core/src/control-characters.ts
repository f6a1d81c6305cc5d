// oxlint-disable-next-line no-control-regex -- exactly the characters that XML 1.0 forbids
const CONTROLS = /[\0-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]+/g;

/**
 * Replaces the characters that no text for WeChat may have, such as those of a terminal's colours:
 * XML forbids them, and JSON would write them as `\u001b`, which the platform refuses with 40033.
 */
export function replaceControls(text: string, instead: (run: string) => string): string {
  return text.replace(CONTROLS, instead);
}

export function removeControls(text: string): string {
  return replaceControls(text, () => '');
}
