/** What is too large with the values of its variables. Its sentence holds no value. */
export class ExpansionError extends Error {
  override readonly name = "ExpansionError";
}
