/** Signed profiles through the API. */

import assert from "node:assert/strict";
import { signAttached } from "../../../src/pki/cms/signed.ts";
import { parsePlist } from "../../../src/protocol/plist.ts";
import { ecKey, inFolder, openssl, rsaKey, selfIdentity } from "../../src/pki/helpers.ts";
import { artifact, bodyOf, profilePlist } from "./artifacts_support.ts";
import { withApi } from "./support.ts";
import { signDetached } from "../../../simulators/device/sign_detached.ts";
import { buildBinaryPlist } from "../../../simulators/device/binary_plist.ts";

const ALL = "/api/mdm/profiles/";

Deno.test("a signature is removed, DER or BER, ours or another's; a profile that cannot be opened is refused", async () => {
  await withApi(async ({ as }) => {
    const call = await as("superuser");
    const plain = profilePlist();
    let version = 0;
    const post = async (source: Uint8Array, plist: Uint8Array) => {
      const wifi = await artifact(call, { name: `Wi-Fi ${++version}` });
      const answer = await call("POST", ALL, { artifact: wifi, version, macos: true, source: source.toBase64() });
      if (answer.status !== 201) return answer.body;
      const made = bodyOf(answer, 201);
      assert.equal(made.source, plist.toBase64());
      return "taken";
    };
    const [rsa, ec] = [selfIdentity(rsaKey()), selfIdentity(ecKey())];
    assert.equal(await post(signAttached(plain, rsa), plain), "taken");
    assert.equal(await post(signAttached(plain, ec, { digest: "sha512" }), plain), "taken");
    const binary = buildBinaryPlist(parsePlist(plain));
    assert.equal(await post(signAttached(binary, ec), binary), "taken");
    await inFolder(async (folder) => {
      await Deno.writeFile(`${folder}/profile`, plain);
      await openssl(
        folder,
        ..."req -x509 -newkey rsa:2048 -nodes -keyout key -out certificate -days 1 -subj /CN=x".split(" "),
      );
      const sign = async (command: string, ...args: string[]) =>
        await openssl(
          folder,
          ...`${command} -sign -signer certificate -inkey key -in profile -outform DER -nodetach -binary`.split(" "),
          ...args,
        );
      assert.equal(await post(Uint8Array.from(await sign("smime")), plain), "taken");
      // Streamed CMS has indefinite lengths and its content in pieces.
      const streamed = Uint8Array.from(await sign("cms", "-stream"));
      assert.equal(streamed[1], 0x80);
      assert.equal(await post(streamed, plain), "taken");
    });
    assert.deepEqual(await post(signDetached(plain, rsa, { form: "der" }), plain), {
      source: ["Cannot strip the signature: Cannot open the CMS message: it has no content"],
    });
    const altered = signAttached(plain, rsa);
    const text = new TextEncoder().encode("Example");
    const at = altered.findIndex((_, index) => text.every((byte, offset) => altered[index + offset] === byte));
    altered[at] = 0x65;
    const refusal = JSON.stringify(await post(altered, plain));
    assert.match(refusal, /^\{"source":\["Cannot strip the signature: /);
    const signedText = await post(signAttached(new TextEncoder().encode("text"), rsa), plain);
    assert.match(JSON.stringify(signedText), /^\{"source":\["Not a plist: /);
    assert.deepEqual(await post(signAttached(signAttached(plain, rsa), rsa), plain), {
      source: ["Not a plist: it is signed twice, one signature is accepted"],
    });
  });
});
