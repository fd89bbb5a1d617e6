/**
 * A file as an answer: saved, never shown.
 *
 * The attack: a file of an operator's or of Apple's is opened in the browser under this server's address, where its
 * scripts would be the server's own. So it is an attachment, its type is not guessed, and where it is opened all the same
 * it runs in a sandbox without an origin.
 *
 * @module
 */

/** The policy of everything that is not a page of the server. */
export const SANDBOX_POLICY = "default-src 'none'; sandbox";

/** Returns the headers of a file; `filename` may hold any text (RFC 6266 section 4.3). */
export function attachmentHeaders(type: string, filename: string): Record<string, string> {
  const plain = filename.replace(/[^A-Za-z0-9._ -]/g, "_");
  const encoded = plain === filename
    ? ""
    : `; filename*=UTF-8''${encodeURIComponent(filename.toWellFormed()).replace(/['()*]/g, percent)}`;
  return {
    "Content-Type": type,
    "Content-Disposition": `attachment; filename="${plain}"${encoded}`,
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": SANDBOX_POLICY,
  };
}

const percent = (character: string) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`;

/** Returns a file that no cache keeps: files carry secrets. */
export const attachment = (body: BodyInit, type: string, filename: string): Response =>
  new Response(body, { headers: { ...attachmentHeaders(type, filename), "Cache-Control": "no-store" } });
