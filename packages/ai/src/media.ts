/** A picture for a model that sees: `url` an address, or a data URL when the bytes were asked for. */
export interface ImageInput {
  readonly url: string;
  /** The bytes, when they were fetched. */
  readonly bytes?: Uint8Array | undefined;
  /** For example `image/jpeg`. */
  readonly mediaType?: string | undefined;
}
