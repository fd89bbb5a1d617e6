/**
 * Challenges that a server shows on a page: Microsoft's NDES (`/certsrv/mscep_admin/`), and servers that answer like
 * it.
 *
 * The page is for people: "The enrollment challenge password is: <B> 1F2E3D4C5B6A7988 </B>". It also has the fingerprint of
 * the authority in bold, in groups.
 *
 * @module
 */

import { z } from "zod";
import { secretField, textField } from "../../input_text.ts";
import { type BackendCall, NoChallenge } from "./backend.ts";

/** The settings of such a backend. */
export const pageSettings = z.object({
  url: z.url({ protocol: /^https?$/, error: "Enter a valid URL." }).max(2048)
    .describe("The URL of the page that shows a challenge. Protected by basic authentication."),
  username: textField(256),
  password: secretField(1024),
});

const BOLD = /<b>([^<>]{1,300})<\/b>/gi;
const SENTENCE = "challenge password is";

/** Returns the words in bold of a page, those after the sentence about the challenge first. */
function boldWords(page: string): string[] {
  const after = page.toLowerCase().indexOf(SENTENCE);
  const words = [...page.matchAll(BOLD)].map((match) => ({ at: match.index, text: (match[1] ?? "").trim() }));
  return [...words.filter(({ at }) => at > after), ...words.filter(({ at }) => at <= after)].map(({ text }) => text);
}

/** The encoding of a page, UTF-16 or another: by its mark, or by the zeros that Latin letters have in UTF-16. */
function pageText(bytes: Uint8Array<ArrayBuffer>, otherwise: "utf-16le" | "windows-1252"): string {
  const [first, second] = bytes;
  const encoding = first === 0xff && second === 0xfe
    ? "utf-16le"
    : first === 0xfe && second === 0xff
    ? "utf-16be"
    : first === 0xef && second === 0xbb
    ? "utf-8"
    : otherwise === "utf-16le" && !bytes.subarray(0, 100).includes(0)
    ? "utf-8"
    : otherwise;
  return new TextDecoder(encoding).decode(bytes);
}

/** Fetches the page and reads the challenge from it. */
export async function challengeOnPage(
  { url, username, password }: z.output<typeof pageSettings>,
  call: BackendCall,
  { encoding, form }: { encoding: "utf-16le" | "windows-1252"; form: RegExp },
): Promise<string> {
  const credentials = new TextEncoder().encode(`${username}:${password}`).toBase64();
  const { status, bytes } = await call(url, { method: "GET", headers: { Authorization: `Basic ${credentials}` } });
  if (status === 401 || status === 403) throw new NoChallenge("it refuses the user name and the password");
  if (status !== 200) throw new NoChallenge(`it answers with status ${status}`);
  const page = pageText(bytes, encoding);
  const challenge = boldWords(page).find((word) => form.test(word));
  if (challenge !== undefined) return challenge;
  throw new NoChallenge(
    page.includes("cache is full")
      ? "its cache of passwords is full; unused passwords expire after an hour"
      : "its page shows no challenge",
  );
}

/** The fields of such a backend for people. */
export const PAGE_FIELDS = [
  { name: "url", label: "Address of the page with the challenge" },
  { name: "username", label: "User name" },
  { name: "password", label: "Password" },
] as const;
