/**
 * Every reader of untrusted input: its inputs, and the errors that are its regular refusals.
 *
 * One table for two uses: `tests/linear_readers_test.ts` doubles the inputs and watches the work; `deno task fuzz`
 * mutates the seeds and watches for anything that is not a refusal. Add every new reader of the server here.
 *
 * @module
 */

import { CERTIFICATE_FILE_READERS } from "./readers/certificate_files.ts";
import { CONTENT_READERS } from "./readers/contents.ts";
import { API_READERS } from "./readers/api.ts";
import { LIST_READERS } from "./readers/lists.ts";
import { MESSAGE_READERS } from "./readers/messages.ts";
import type { ReaderTarget } from "./readers/reader.ts";
import { SIGNED_READERS } from "./readers/signed.ts";
import { WEB_READERS } from "./readers/web.ts";

export type { Bytes, ReaderTarget } from "./readers/reader.ts";

/** All of them. */
export const READERS: readonly ReaderTarget[] = [
  ...LIST_READERS,
  ...SIGNED_READERS,
  ...MESSAGE_READERS,
  ...WEB_READERS,
  ...API_READERS,
  ...CONTENT_READERS,
  ...CERTIFICATE_FILE_READERS,
];
