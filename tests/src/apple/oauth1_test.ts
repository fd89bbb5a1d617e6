import assert from "node:assert/strict";
import { oauthHeader } from "../../../src/apple/oauth1.ts";

const credentials = {
  consumerKey: "CK_00a1+/=&%",
  consumerSecret: "CS_secret!'()*",
  accessToken: "AT_töken",
  accessSecret: "AS_~-._",
};
const moment = { timestamp: 1780315200, nonce: "00ff" };

const fieldsOf = (header: string) =>
  new Map([...header.matchAll(/([a-z_]+)="([^"]*)"/g)].map(([, name = "", value = ""]) => [name, value]));

/** HMAC-SHA1 of a text by OpenSSL, in base64. */
async function openssl(key: string, text: string): Promise<string> {
  const hex = new TextEncoder().encode(key).toHex();
  const child = new Deno.Command("openssl", {
    args: ["dgst", "-sha1", "-mac", "HMAC", "-macopt", `hexkey:${hex}`, "-binary"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  return (await child.output()).stdout.toBase64();
}

Deno.test("a signature is the one that OpenSSL computes over the base string of RFC 5849", async () => {
  const header = oauthHeader("GET", "https://mdmenrollment.apple.com/session", credentials, moment, "ADM");
  assert.match(header, /^OAuth realm="ADM", oauth_consumer_key="CK_00a1%2B%2F%3D%26%25", /);
  const parameters = [
    "oauth_consumer_key=CK_00a1%2B%2F%3D%26%25",
    "oauth_nonce=00ff",
    "oauth_signature_method=HMAC-SHA1",
    "oauth_timestamp=1780315200",
    "oauth_token=AT_t%C3%B6ken",
    "oauth_version=1.0",
  ].join("&");
  // Written out by hand, not by the code under test.
  const base = `GET&https%3A%2F%2Fmdmenrollment.apple.com%2Fsession&${
    parameters.replaceAll("%", "%25").replaceAll("=", "%3D").replaceAll("&", "%26")
  }`;
  const expected = await openssl("CS_secret%21%27%28%29%2A&AS_~-._", base);
  assert.equal(decodeURIComponent(fieldsOf(header).get("oauth_signature") ?? ""), expected);
});

Deno.test("parameters of the address are signed: the example of the OAuth Core specification", () => {
  const header = oauthHeader(
    "GET",
    "http://photos.example.net/photos?file=vacation.jpg&size=original",
    {
      consumerKey: "dpf43f3p2l4k3l03",
      consumerSecret: "kd94hf93k423kf44",
      accessToken: "nnch734d00sl2jdk",
      accessSecret: "pfkkdhi9sl3r4s00",
    },
    { timestamp: 1191242096, nonce: "kllo9940pd9333jh" },
    "http://photos.example.net/",
  );
  assert.equal(decodeURIComponent(fieldsOf(header).get("oauth_signature") ?? ""), "tR3+Ty81lMeYAr/Fid0kMTYa/WM=");
});
