/** What a check says of a text: nothing when it may pass, another text to show, or a text that ends it. */
export type Verdict = string | { readonly stop: string } | null | undefined | void;

/** Checks what the user asks and what the model answers. */
export interface Moderation<Info> {
  /** Checks a question: a text takes its place, `{ stop }` is answered and the model is not asked. */
  question?: ((text: string, info: Info) => Verdict | Promise<Verdict>) | undefined;
  /**
   * Checks a piece of the answer, one or more sentences, before the user may read it: a text takes
   * its place, `{ stop }` is shown and ends the answer.
   */
  answer?: ((text: string, info: Info) => Verdict | Promise<Verdict>) | undefined;
}
