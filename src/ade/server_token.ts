/**
 * Server tokens as Apple Business Manager and Apple School Manager give them: S/MIME (RFC 8551) around an envelope for
 * our key, in which a few lines of JSON stand between two marks.
 *
 * @module
 */

import { z } from "zod";
import type { OAuthCredentials } from "../apple/oauth1.ts";
import { openEnveloped, type Recipient } from "../pki/cms/enveloped.ts";
import { PkiError } from "../pki/errors.ts";
import { pemBlocks } from "../pki/pem.ts";

/** A server token. */
export type ServerToken = OAuthCredentials & {
  /** When Apple stops accepting it: a year after its download. */
  expiry: Date;
};

/** A file that is no server token for the key. The message is the end of a sentence. */
export class ServerTokenError extends Error {
  override readonly name = "ServerTokenError";
}

/** Apple's files have about 4 kB. */
const LARGEST_TOKEN_FILE = 256 * 1024;

const BEGIN = "-----BEGIN MESSAGE-----";
const END = "-----END MESSAGE-----";

const part = z.string().regex(/^[\x20-\x7e]{1,1024}$/);
const TOKEN = z.object({
  consumer_key: part,
  consumer_secret: part,
  access_token: part,
  access_secret: part,
  access_token_expiry: z.string().max(64).transform((text, context) => {
    const date = new Date(text);
    if (!Number.isNaN(date.getTime()) && date.getTime() > 0 && date.getUTCFullYear() < 10_000) return date;
    context.addIssue({ code: "custom", message: "should be a date" });
    return z.NEVER;
  }),
});

/** Returns the envelope in a file: S/MIME, PEM, bare base64, or the bytes themselves. */
function envelopeIn(file: Uint8Array): Uint8Array {
  if (file.length > LARGEST_TOKEN_FILE) throw new ServerTokenError("the file is too large");
  // A SEQUENCE: every envelope begins so, and no text does.
  if (file[0] === 0x30 && ((file[1] ?? 0) & 0x80) !== 0) return file;
  const text = new TextDecoder().decode(file).trim();
  if (text === "") throw new ServerTokenError("the file is empty");
  if (text.includes("-----BEGIN CERTIFICATE")) {
    throw new ServerTokenError("this is a certificate. Upload the server token that Apple offers for download (.p7m)");
  }
  const block = pemBlocks(text).find(({ label }) => label === "PKCS7" || label === "CMS");
  if (block !== undefined) return block.der;
  const body = bodyOf(text);
  try {
    return Uint8Array.fromBase64(body.replaceAll(/[\r\n\t ]/g, ""));
  } catch {
    throw new ServerTokenError("the file is not one. Upload the server token that Apple offers for download (.p7m)");
  }
}

/** Returns the text after the headers of S/MIME; all of it when there are none. */
function bodyOf(text: string): string {
  if (!/^[A-Za-z-]{1,64}:/.test(text)) return text;
  const end = /\r?\n\r?\n/.exec(text);
  if (end === null) throw new ServerTokenError("the file has headers and nothing else");
  const encoding = /^content-transfer-encoding:[ \t]*([^\r\n;]*)/im.exec(text.slice(0, end.index))?.[1]?.trim();
  if (encoding !== undefined && encoding.toLowerCase() !== "base64") {
    throw new ServerTokenError(`its transfer encoding should be base64, and is "${encoding.slice(0, 64)}"`);
  }
  return text.slice(end.index + end[0].length);
}

/** Returns the JSON in the content of the envelope, which has headers of its own. */
function messageIn(content: Uint8Array): string {
  const text = new TextDecoder().decode(content);
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin + BEGIN.length);
  if (begin >= 0 && end >= 0) return text.slice(begin + BEGIN.length, end);
  const bare = text.trim();
  // Not one of ours: a wrong key decrypts to noise.
  if (!bare.startsWith("{")) throw new ServerTokenError("it was encrypted for another public key");
  return bare;
}

/** Returns the server token in an uploaded file. Throws ServerTokenError. */
export function readServerToken(file: Uint8Array, recipient: Recipient): ServerToken {
  let message: string;
  try {
    message = messageIn(openEnveloped(envelopeIn(file), recipient));
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    throw new ServerTokenError(sentenceOf(error), { cause: error });
  }
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch (cause) {
    throw new ServerTokenError("what Apple wrote into it cannot be read", { cause });
  }
  const { data, error } = TOKEN.safeParse(value);
  if (data === undefined) {
    const name = error.issues[0]?.path[0];
    throw new ServerTokenError(
      name === undefined ? "it has no fields" : `its field "${String(name)}" is missing or wrong`,
    );
  }
  return {
    consumerKey: data.consumer_key,
    consumerSecret: data.consumer_secret,
    accessToken: data.access_token,
    accessSecret: data.access_secret,
    expiry: data.access_token_expiry,
  };
}

function sentenceOf({ code, message }: PkiError): string {
  const foreign = /not addressed to|does not decrypt/.test(message);
  if (foreign) {
    return "it was encrypted for another public key. Upload this page's public key at Apple, then download the token again";
  }
  return code === "unsupported"
    ? message.replace(/^Cannot open the envelope: /, "")
    : "the file is damaged, or it is no server token";
}
