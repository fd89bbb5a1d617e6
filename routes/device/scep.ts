/**
 * SCEP over HTTP (RFC 8894 section 4): GetCACaps, GetCACert, and PKIOperation by GET and POST.
 *
 * @module
 */

import { decodeBase64, decodeBase64Url } from "@std/encoding";
import type { Context, Hono } from "hono";
import { builtInAuthority } from "../../src/issuing/authority.ts";
import { answerScep } from "../../src/issuing/scep.ts";
import { PkiError } from "../../src/pki/errors.ts";
import { SCEP_CAPABILITIES } from "../../src/pki/scep/reply.ts";
import type { AppEnv } from "../context.ts";
import { deviceOf } from "./by.ts";

const BODY_LIMIT = 256 * 1024;

function messageOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  // A "+" of standard base64 that was not escaped arrives as a space.
  const plain = text.replaceAll(" ", "+");
  try {
    return /[-_]/.test(plain) ? decodeBase64Url(plain) : decodeBase64(plain);
  } catch {
    return undefined;
  }
}

async function operate(c: Context<AppEnv>): Promise<Response> {
  const runtime = c.get("runtime");
  // On POST a `message` parameter is ignored: some clients send it twice.
  const message = c.req.method === "POST"
    ? await c.get("body").read(BODY_LIMIT)
    : messageOf(c.req.query("message") ?? "");
  if (message === undefined || message.length === 0) return c.text("The message is missing or is not base64.", 400);
  try {
    const reply = await answerScep(runtime, deviceOf(c), message);
    return new Response(reply, { headers: { "Content-Type": "application/x-pki-message" } });
  } catch (error) {
    if (!(error instanceof PkiError)) throw error;
    runtime.log.info("Cannot read a SCEP message", { error });
    return c.text("The message is not a SCEP message for this server.", 400);
  }
}

/** Mounts the SCEP server. */
export function mountScep(app: Hono<AppEnv>): void {
  app.on(["GET", "POST"], "/public/mdm/scep/", async (c) => {
    switch (c.req.query("operation")) {
      case "GetCACaps":
        return c.text(SCEP_CAPABILITIES.join("\n") + "\n");
      case "GetCACert": {
        const { certificate } = await builtInAuthority(c.get("runtime"));
        return new Response(Uint8Array.from(certificate.der), {
          headers: { "Content-Type": "application/x-x509-ca-cert" },
        });
      }
      case "PKIOperation":
        return await operate(c);
      default:
        return c.text("The operation should be GetCACaps, GetCACert or PKIOperation.", 400);
    }
  });
}
