/** A text that is too large with the values of its variables. Its sentence contains no value. */
export class ExpansionError extends Error {
  override readonly name = "ExpansionError";
}
