/**
 * Verifies Signature Version 4 of requests and of addresses, as the service's documentation describes it.
 *
 * Source: Amazon S3 API Reference, "Authenticating Requests: Using the Authorization Header" and "Using Query
 * Parameters".
 *
 * @module
 */

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The one account of the service. */
export type S3Account = { accessKeyId: string; secretAccessKey: string; region: string };

/** The service's error code. */
export type S3Fault =
  | "AccessDenied"
  | "SignatureDoesNotMatch"
  | "InvalidAccessKeyId"
  | "RequestTimeTooSkewed"
  | "AuthorizationQueryParametersError"
  | "BadDigest";

const hex = (data: Uint8Array | string) => createHash("sha256").update(data).digest("hex");
const hmac = (key: Uint8Array | string, text: string) => createHmac("sha256", key).update(text).digest();
const encode = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

function timeOf(text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (match === null) return NaN;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number);
  return Date.UTC(year ?? 0, (month ?? 0) - 1, day, hour, minute, second);
}

function queryOf(url: URL): [string, string][] {
  return url.search.slice(1).split("&").filter((part) => part !== "").map((part) => {
    const [name = "", value = ""] = part.split("=");
    return [decodeURIComponent(name), decodeURIComponent(value)];
  });
}

type Claim = { credential: string; signedHeaders: string[]; signature: string; date: string; payload: string };

function signatureOf(request: Request, query: [string, string][], claim: Claim, account: S3Account): string {
  const url = new URL(request.url);
  const headers = claim.signedHeaders.map((name) =>
    `${name}:${name === "host" ? url.host : (request.headers.get(name) ?? "").trim().replace(/ +/g, " ")}\n`
  );
  const canonical = [
    request.method,
    url.pathname.split("/").map((part) => encode(decodeURIComponent(part))).join("/"),
    query.map(([name, value]) => [encode(name), encode(value)]).sort(([a = ""], [b = ""]) => a < b ? -1 : a > b ? 1 : 0)
      .map(([name, value]) => `${name}=${value}`).join("&"),
    headers.join(""),
    claim.signedHeaders.join(";"),
    claim.payload,
  ].join("\n");
  const day = claim.date.slice(0, 8);
  const scope = `${day}/${account.region}/s3/aws4_request`;
  let key = hmac(`AWS4${account.secretAccessKey}`, day);
  for (const part of [account.region, "s3", "aws4_request"]) key = hmac(key, part);
  return hmac(key, `AWS4-HMAC-SHA256\n${claim.date}\n${scope}\n${hex(canonical)}`).toString("hex");
}

function check(request: Request, query: [string, string][], claim: Claim, account: S3Account): S3Fault | undefined {
  const [id, ...scope] = claim.credential.split("/");
  if (id !== account.accessKeyId) return "InvalidAccessKeyId";
  if (scope.join("/") !== `${claim.date.slice(0, 8)}/${account.region}/s3/aws4_request`) return "SignatureDoesNotMatch";
  if (!claim.signedHeaders.includes("host")) return "SignatureDoesNotMatch";
  const [given, right] = [claim.signature, signatureOf(request, query, claim, account)].map((text) =>
    new TextEncoder().encode(text)
  );
  if (given?.length !== right?.length || !timingSafeEqual(given ?? new Uint8Array(), right ?? new Uint8Array(1))) {
    return "SignatureDoesNotMatch";
  }
  return undefined;
}

/** Returns the reason to refuse a request; undefined if it may be served. */
export function verifyS3Request(
  request: Request,
  body: Uint8Array,
  account: S3Account,
  now: Date,
): S3Fault | undefined {
  const query = queryOf(new URL(request.url));
  const parameter = (name: string) => query.find(([one]) => one === name)?.[1];
  const authorization = request.headers.get("authorization");
  if (authorization === null) {
    const signature = parameter("X-Amz-Signature");
    if (signature === undefined) return "AccessDenied";
    const date = parameter("X-Amz-Date") ?? "";
    const age = (now.getTime() - timeOf(date)) / 1000;
    const seconds = Number(parameter("X-Amz-Expires"));
    if (!(seconds >= 1 && seconds <= 604_800)) return "AuthorizationQueryParametersError";
    if (!(age >= -900 && age <= seconds)) return "AccessDenied";
    return check(request, query.filter(([name]) => name !== "X-Amz-Signature"), {
      credential: parameter("X-Amz-Credential") ?? "",
      signedHeaders: (parameter("X-Amz-SignedHeaders") ?? "").split(";"),
      signature,
      date,
      payload: "UNSIGNED-PAYLOAD",
    }, account);
  }
  const match = /^AWS4-HMAC-SHA256 Credential=(\S+), ?SignedHeaders=(\S+), ?Signature=([0-9a-f]{64})$/.exec(
    authorization,
  );
  const [credential, signed, signature] = match?.slice(1) ?? [];
  const date = request.headers.get("x-amz-date") ?? "";
  const payload = request.headers.get("x-amz-content-sha256") ?? "";
  if (credential === undefined || signed === undefined || signature === undefined) return "AccessDenied";
  if (!(Math.abs(now.getTime() - timeOf(date)) <= 900_000)) return "RequestTimeTooSkewed";
  const signedHeaders = signed.split(";");
  if (!["x-amz-date", "x-amz-content-sha256"].every((name) => signedHeaders.includes(name))) return "AccessDenied";
  const fault = check(request, query, { credential, signedHeaders, signature, date, payload }, account);
  return fault ?? (payload === hex(body) ? undefined : "BadDigest");
}
