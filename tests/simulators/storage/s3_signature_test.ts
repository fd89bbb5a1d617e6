import assert from "node:assert/strict";
import { verifyS3Request } from "../../../simulators/storage/s3_signature.ts";

// The examples of Amazon's documentation, "Signature Calculations for the Authorization Header" and "Using Query Parameters".
const ACCOUNT = {
  accessKeyId: "AKIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  region: "us-east-1",
};
const NOW = new Date("2013-05-24T00:00:00Z");
const EMPTY = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

const getObject = (change: Record<string, string> = {}) =>
  new Request("https://examplebucket.s3.amazonaws.com/test.txt", {
    headers: {
      "Authorization": "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request," +
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date," +
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
      "Range": "bytes=0-9",
      "x-amz-content-sha256": EMPTY,
      "x-amz-date": "20130524T000000Z",
      ...change,
    },
  });

Deno.test("the documentation's signed request is accepted, and not when a signed part differs", () => {
  const verify = (request: Request, now = NOW, body = new Uint8Array()) => verifyS3Request(request, body, ACCOUNT, now);
  assert.equal(verify(getObject()), undefined);
  assert.equal(verify(getObject({ Range: "bytes=0-8" })), "SignatureDoesNotMatch");
  assert.equal(verify(getObject(), new Date("2013-05-24T00:16:00Z")), "RequestTimeTooSkewed");
  assert.equal(verify(getObject(), NOW, new Uint8Array(1)), "BadDigest");
  assert.equal(verify(new Request("https://examplebucket.s3.amazonaws.com/test.txt")), "AccessDenied");
});

Deno.test("the documentation's signed address is accepted for its day", () => {
  const address = "https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256" +
    "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z" +
    "&X-Amz-Expires=86400&X-Amz-SignedHeaders=host" +
    "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
  const verify = (url: string, now = NOW) => verifyS3Request(new Request(url), new Uint8Array(), ACCOUNT, now);
  assert.equal(verify(address), undefined);
  assert.equal(verify(address, new Date("2013-05-25T00:00:01Z")), "AccessDenied");
  assert.equal(verify(address.replace("test.txt", "test2.txt")), "SignatureDoesNotMatch");
  assert.equal(verify(address.replace("Expires=86400", "Expires=604801")), "AuthorizationQueryParametersError");
});
