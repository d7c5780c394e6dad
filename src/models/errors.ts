export type ModelErrorKind =
  /** The server has no such file. */
  | 'not-found'
  /** No answer, or one that is not a file. */
  | 'network'
  /** Fewer or more bytes than the manifest says. */
  | 'cut-off'
  /** The bytes are not those the manifest describes. */
  | 'hash'
  /** manifest.json or index.json is not what it should be. */
  | 'manifest'
  /** The safetensors file contradicts itself. */
  | 'format'
  /** Tensors missing, left over, or of the wrong shape or type. */
  | 'tensors'
  /** Input that the model cannot take: indices outside the codebook, a picture of the wrong size. */
  | 'input';

/** Something is wrong with a model or what it was given. The message names what was needed, what was found and what to do. */
export class ModelError extends Error {
  override name = 'ModelError';

  constructor(
    readonly kind: ModelErrorKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
