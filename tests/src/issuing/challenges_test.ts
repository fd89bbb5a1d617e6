/** Each backend of SCEP issuers against a server that speaks its protocol, with answers as they were recorded. */

import assert from "node:assert/strict";
import { findScepIssuer } from "../../../db/issuing/scep_issuers.ts";
import { Problem } from "../../../src/errors.ts";
import type { BackendCall, WantedCertificate } from "../../../src/issuing/challenges/backend.ts";
import { challengeOf } from "../../../src/issuing/challenges/challenge.ts";
import { staticChallenge } from "../../../src/issuing/challenges/static_challenge.ts";
import { scepIssuerInput } from "../../../src/issuing/scep_issuer_input.ts";
import { createScepIssuer } from "../../../src/issuing/scep_issuers.ts";
import { systemNetwork } from "../../../src/runtime.ts";
import { testBy } from "../../routes/api/support.ts";
import { type TestRuntime, withRuntime } from "../../support/runtime.ts";

const WANTED: WantedCertificate = {
  subject: [["CN", "JUN-MBA"], ["2.5.4.5", "C02XK1ZGJGH5"], ["O", "Acme"], ["OU", "Lab"], ["OU", "Floor 3"], [
    "C",
    "DE",
  ]],
  subjectAltName: { rfc822Name: ["jun@example.com"], dNSName: ["jun.example.com"], ntPrincipalName: ["jun@corp"] },
  keyUsage: 5,
};

type Seen = { method: string; path: string; headers: Headers; body: string };

/** Runs `body` with a server that answers in turn with `answers`; the last one stays. */
async function withServer(
  answers: readonly (Response | (() => Response))[],
  body: (url: string, seen: Seen[], runtime: TestRuntime) => Promise<void>,
): Promise<void> {
  const seen: Seen[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    seen.push({ method, path: pathname + search, headers, body: await request.text() });
    const answer = answers[Math.min(seen.length, answers.length) - 1] ?? new Response(null, { status: 500 });
    return typeof answer === "function" ? answer() : answer.clone();
  });
  try {
    await withRuntime(async (runtime) => {
      await body(`http://127.0.0.1:${server.addr.port}`, seen, { ...runtime, network: systemNetwork });
    });
  } finally {
    await server.shutdown();
  }
}

let serial = 0;

async function challenge(
  runtime: TestRuntime,
  backend: string,
  settings: Record<string, unknown>,
  wanted: WantedCertificate = WANTED,
): Promise<string> {
  const input = scepIssuerInput.parse({
    name: `Issuer ${++serial}`,
    url: "https://scep.example.com/",
    backend,
    [`${backend.toLowerCase()}_kwargs`]: settings,
  });
  const { id } = await createScepIssuer(runtime, testBy, input);
  const row = await findScepIssuer(runtime.sql, id);
  assert.ok(row !== undefined);
  return await challengeOf(runtime, row, wanted);
}

const refused = (sentence: string) => (error: unknown) => {
  assert.ok(error instanceof Problem && error.status === 503, String(error));
  assert.match(error.message, /^Cannot get a challenge from the SCEP issuer "Issuer \d+": /);
  assert.ok(error.message.endsWith(`: ${sentence}.`), error.message);
  return true;
};

/** The page of NDES: the authority's fingerprint is in bold, too. */
const ndesPage = (password: string) =>
  `<HTML><Head><Title>Network Device Enrollment Service</Title></Head><Body>
<P> Network Device Enrollment Service allows you to obtain certificates for routers or other network devices using the Simple
Certificate Enrollment Protocol (SCEP). </P>
<P> To complete certificate enrollment for your network device you will need the following information:
<P> The thumbprint (hash value) for the CA certificate is: <B> 3A5C1E7A 4D5F2B9C 112E6D4F 8A9B013A </B>
<P> The enrollment challenge password is: <B> ${password} </B>
<P> This password can be used only once and will expire within 60 minutes. </Body></HTML>`;

function utf16(text: string, mark: boolean): Uint8Array<ArrayBuffer> {
  const units = Uint16Array.from((mark ? "\ufeff" : "") + text, (unit) => unit.charCodeAt(0));
  return new Uint8Array(units.buffer);
}

const windows1252 = (text: string) => Uint8Array.from(text, (unit) => unit.charCodeAt(0) & 0xff);

Deno.test("Microsoft CA: the password is read from the page in UTF-16, fetched with basic authentication", async () => {
  for (const mark of [true, false]) {
    await withServer([new Response(utf16(ndesPage("1F2E3D4C5B6A7988"), mark))], async (url, seen, runtime) => {
      const settings = { url: `${url}/certsrv/mscep_admin/`, username: "ACME\\scep", password: "pa:ss wörd" };
      assert.equal(await challenge(runtime, "MICROSOFT_CA", settings), "1F2E3D4C5B6A7988");
      const [request] = seen;
      assert.deepEqual([request?.method, request?.path], ["GET", "/certsrv/mscep_admin/"]);
      const [, credentials = ""] = request?.headers.get("authorization")?.split(" ") ?? [];
      assert.equal(new TextDecoder().decode(Uint8Array.fromBase64(credentials)), "ACME\\scep:pa:ss wörd");
    });
  }
});

Deno.test("Microsoft CA: the error is reported without the server's text", async () => {
  const full = "<P> The password cache is full. </P>";
  const cases: [Response, string][] = [
    [new Response("<b>secret of the network</b>", { status: 401 }), "it refuses the user name and the password"],
    [new Response("", { status: 302, headers: { Location: "http://127.0.0.1:1/" } }), "it answers with status 302"],
    [new Response("", { status: 500 }), "it answers with status 500"],
    [
      new Response(utf16(full, true)),
      "its cache of passwords is full; unused passwords expire after an hour",
    ],
    [new Response(utf16(ndesPage("short"), true)), "its page shows no challenge"],
    [new Response("<html>Sign in</html>"), "its page shows no challenge"],
    [new Response(new Uint8Array(300_000)), "its answer is too long"],
  ];
  for (const [answer, sentence] of cases) {
    await withServer([answer], async (url, seen, runtime) => {
      const settings = { url: `${url}/`, username: "scep", password: "s3cret" };
      await assert.rejects(challenge(runtime, "MICROSOFT_CA", settings), refused(sentence));
      assert.equal(seen.length, 1);
      const log = runtime.lines.join("\n");
      assert.ok(!log.includes("s3cret") && !log.includes("secret of the network"), log);
    });
  }
});

Deno.test("a server that does not respond is reported as silent", () =>
  withRuntime(async (runtime) => {
    const settings = { url: "http://127.0.0.1:1/", username: "scep", password: "s3cret" };
    await assert.rejects(
      challenge({ ...runtime, network: systemNetwork }, "OKTA_CA", settings),
      refused("it does not answer"),
    );
  }));

Deno.test("Okta CA: the password is read from the page in Windows-1252, whatever its letters", async () => {
  const page = "<html><body>Caf\xe9: The enrollment challenge password is: <B>aB3_x-Yz09</B></body></html>";
  await withServer([new Response(windows1252(page))], async (url, seen, runtime) => {
    const settings = { url: `${url}/challenge`, username: "okta", password: "p" };
    assert.equal(await challenge(runtime, "OKTA_CA", settings), "aB3_x-Yz09");
    assert.match(seen[0]?.headers.get("authorization") ?? "", /^Basic /);
  });
});

Deno.test("Ident: the service receives the requested certificate's names, and is asked again after a temporary failure", async () => {
  const answers = [new Response(null, { status: 503 }), Response.json({ challenge: "one-time" })];
  await withServer(answers, async (url, seen, runtime) => {
    assert.equal(await challenge(runtime, "IDENT", { url: `${url}/v1`, bearer_token: "t0ken" }), "one-time");
    assert.equal(seen.length, 2);
    const [first, second] = seen;
    assert.deepEqual([second?.method, second?.path], ["POST", "/v1"]);
    assert.equal(second?.headers.get("authorization"), "Bearer t0ken");
    assert.equal(second?.headers.get("content-type"), "application/json");
    assert.equal(first?.body, second?.body);
    assert.deepEqual(JSON.parse(second?.body ?? ""), {
      subject: {
        common_name: "JUN-MBA",
        serial_number: "C02XK1ZGJGH5",
        country: ["DE"],
        organization: ["Acme"],
        organizational_unit: ["Lab", "Floor 3"],
      },
      subject_alternative_names: {
        email_addresses: ["jun@example.com"],
        dns_names: ["jun.example.com"],
        nt_principal_names: ["jun@corp"],
      },
      key_usage: 5,
    });
  });
});

Deno.test("Ident: as many attempts as configured, and none after a final answer", async () => {
  const cases: [Response, number, string][] = [
    [new Response(null, { status: 503 }), 3, "it answers with status 503"],
    [new Response(null, { status: 403 }), 1, "it refuses the bearer token"],
    [new Response(null, { status: 404 }), 1, "it answers with status 404"],
    [new Response("no JSON"), 1, "its answer is not JSON"],
    [Response.json({ challenge: "" }), 1, "its answer has no challenge"],
  ];
  for (const [answer, attempts, sentence] of cases) {
    await withServer([answer], async (url, seen, runtime) => {
      const settings = { url, bearer_token: "t0ken", max_retries: 2 };
      await assert.rejects(challenge(runtime, "IDENT", settings), refused(sentence));
      assert.equal(seen.length, attempts);
    });
  }
});

const DIGICERT = {
  api_token: "t0ken",
  profile_guid: "5bd9ee5b-5a44-4a0c-8f0c-0d5d4a1b2c3d",
  business_unit_guid: "8caedac5-8669-4f9a-8c42-44825d154577",
  default_seat_email: "seats@example.com",
};
const SEAT = { seat_id: "JUN-MBA", seat_name: "JUN-MBA", email: "jun@example.com" };
const ENROLLMENT = {
  seat_id: "JUN-MBA",
  profile_id: DIGICERT.profile_guid,
  enrollment_code: "662641677",
  status: "pending",
};

Deno.test("DigiCert: a missing seat is created, and the code of its enrollment is the challenge", async () => {
  const answers = [Response.json({}, { status: 404 }), Response.json(SEAT), Response.json(ENROLLMENT, { status: 201 })];
  await withServer(answers, async (url, seen, runtime) => {
    const settings = { ...DIGICERT, api_base_url: `${url}/mpki/api/` };
    assert.equal(await challenge(runtime, "DIGICERT", settings), "662641677");
    const query = "?seat_type_id=DEVICE_SEAT&business_unit_id=8caedac5-8669-4f9a-8c42-44825d154577";
    assert.deepEqual(seen.map(({ method, path }) => `${method} ${path}`), [
      `GET /mpki/api/v1/seat/JUN-MBA${query}`,
      "POST /mpki/api/v1/seat",
      "POST /mpki/api/v1/enrollment",
    ]);
    assert.deepEqual(seen.map(({ headers }) => headers.get("x-api-key")), ["t0ken", "t0ken", "t0ken"]);
    assert.deepEqual(JSON.parse(seen[1]?.body ?? ""), {
      ...SEAT,
      seat_type: { id: "DEVICE_SEAT" },
      business_unit_id: DIGICERT.business_unit_guid,
    });
    assert.deepEqual(JSON.parse(seen[2]?.body ?? ""), {
      profile: DIGICERT.profile_guid,
      seat: { seat_id: "JUN-MBA", email: "jun@example.com" },
      attributes: {
        subject: {
          common_name: "JUN-MBA",
          serial_number: "C02XK1ZGJGH5",
          country: "DE",
          organization: "Acme",
          organizational_unit: "Lab",
        },
        extensions: {
          san: { emails: ["jun@example.com"], dns_names: ["jun.example.com"], user_principal_names: ["jun@corp"] },
        },
      },
    });
  });
});

Deno.test("DigiCert: an existing seat is used, named by the configured attribute", async () => {
  await withServer([Response.json(SEAT), Response.json(ENROLLMENT)], async (url, seen, runtime) => {
    const settings = {
      ...DIGICERT,
      api_base_url: `${url}/mpki/api/`,
      seat_type: "USER_SEAT",
      seat_id_mapping: "ntPrincipalName",
    };
    const wanted = { ...WANTED, subjectAltName: { ntPrincipalName: ["jun/x@corp"] } };
    assert.equal(await challenge(runtime, "DIGICERT", settings, wanted), "662641677");
    assert.equal(seen.length, 2);
    assert.ok(seen[0]?.path.startsWith("/mpki/api/v1/seat/jun%2Fx%40corp?seat_type_id=USER_SEAT&"), seen[0]?.path);
    assert.deepEqual(JSON.parse(seen[1]?.body ?? "").seat, { seat_id: "jun/x@corp", email: "seats@example.com" });
  });
});

Deno.test("DigiCert: errors are reported", async () => {
  const missing = Response.json({}, { status: 404 });
  const cases: [Response[], string][] = [
    [[Response.json({}, { status: 403 })], "it refuses the API token"],
    [[missing, Response.json({}, { status: 400 }), missing], "it answers with status 400 when the seat is made"],
    [
      [Response.json(SEAT), Response.json({}, { status: 500 })],
      "it answers with status 500 when the enrollment is made",
    ],
    [[Response.json(SEAT), Response.json({ status: "pending" })], "its answer has no challenge"],
  ];
  for (const [answers, sentence] of cases) {
    await withServer(answers, async (url, _, runtime) => {
      const settings = { ...DIGICERT, api_base_url: `${url}/mpki/api/` };
      await assert.rejects(challenge(runtime, "DIGICERT", settings), refused(sentence));
    });
  }
  await withServer([], async (url, seen, runtime) => {
    const settings = { ...DIGICERT, api_base_url: `${url}/mpki/api/`, seat_id_mapping: "dNSName" };
    await assert.rejects(
      challenge(runtime, "DIGICERT", settings, { ...WANTED, subjectAltName: {} }),
      refused("the certificate has no dNSName to name its seat"),
    );
    assert.equal(seen.length, 0);
  });
  // A seat that another process made in between is as good.
  const raced = [missing, Response.json({}, { status: 409 }), Response.json(SEAT), Response.json(ENROLLMENT)];
  await withServer(raced, async (url, _, runtime) => {
    const settings = { ...DIGICERT, api_base_url: `${url}/mpki/api/` };
    assert.equal(await challenge(runtime, "DIGICERT", settings), "662641677");
  });
});

Deno.test("a static challenge needs no request", async () => {
  const call: BackendCall = () => Promise.reject(new Error("nobody should be called"));
  assert.equal(await staticChallenge.challenge({ challenge: "shared" }, WANTED, call), "shared");
});
