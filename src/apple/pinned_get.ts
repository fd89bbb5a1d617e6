/**
 * A GET from a server whose certificate must lead to given roots, and to no others.
 *
 * Deno's `fetch` adds roots to those of the system; `node:https` trusts those alone that it is given, so that an authority that the
 * system happens to trust cannot speak for Apple here.
 *
 * @module
 */

import { request } from "node:https";

/** What bounds an answer. */
export type PinnedGet = {
  /** PEM roots. */
  roots: readonly string[];
  timeoutMs: number;
  maxBytes: number;
  headers?: Readonly<Record<string, string>>;
};

/** The server could not be reached, or did not answer with 200 and a body within the bounds. */
export class PinnedGetError extends Error {
  override readonly name = "PinnedGetError";
}

/** Returns the body of a 200 answer. Throws PinnedGetError. */
export function pinnedGet(url: string, { roots, timeoutMs, maxBytes, headers = {} }: PinnedGet): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const fail = (reason: string, cause?: unknown) => {
      reject(new PinnedGetError(`Cannot fetch ${url}: ${reason}`, { cause }));
      sent.destroy();
    };
    const sent = request(url, { ca: [...roots], headers, agent: false, method: "GET" }, (answer) => {
      if (answer.statusCode !== 200) {
        answer.resume();
        return fail(`the server answered ${answer.statusCode}`);
      }
      const parts: Uint8Array[] = [];
      let bytes = 0;
      answer.on("data", (part: Uint8Array) => {
        bytes += part.length;
        if (bytes > maxBytes) return fail(`the answer has more than ${maxBytes} bytes`);
        parts.push(part);
      });
      answer.on("error", (error) => fail(error.message, error));
      answer.on("aborted", () => fail("the answer ended early"));
      answer.on("end", () => {
        clearTimeout(timer);
        const body = new Uint8Array(bytes);
        let at = 0;
        for (const part of parts) {
          body.set(part, at);
          at += part.length;
        }
        resolve(body);
      });
    });
    // Over the whole exchange: a server that sends a byte now and then is slow, too.
    const timer = setTimeout(() => fail(`no complete answer within ${timeoutMs / 1000} s`), timeoutMs);
    sent.on("error", (error) => {
      clearTimeout(timer);
      fail(error.message, error);
    });
    sent.on("close", () => clearTimeout(timer));
    sent.end();
  });
}
