/**
 * Packages for tests, made by hand: what their descriptions say, whatever they hold.
 *
 * @module
 */

import { createHash, sign } from "node:crypto";
import { deflateSync } from "node:zlib";
import { signAttached } from "../../src/pki/cms/signed.ts";
import { selfSigned } from "../../simulators/device/self_signed.ts";
import { KEYS } from "./keys.ts";

type Bytes = Uint8Array<ArrayBuffer>;

const utf8 = (text: string): Bytes => new TextEncoder().encode(text);

function joined(parts: readonly Uint8Array[]): Bytes {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A file of an archive; `gzip` is what xar calls zlib. */
export type XarPart = { path: string; content: Uint8Array; packed?: boolean };

/** Whether a xar is signed; `forged` with another key than its certificate's. */
export type XarSigned = "signed" | "unsigned" | "forged";

/** Returns a xar archive of files, all at its root but those in one folder. */
export function xarOf(
  files: readonly XarPart[],
  { signed = "signed", toc: change = (text: string) => text }: { signed?: XarSigned; toc?: (toc: string) => string } =
    {},
): Bytes {
  const [key, other] = KEYS;
  const length = (key.asymmetricKeyDetails?.modulusLength ?? 2048) / 8;
  const heap: Uint8Array[] = [];
  let offset = 20 + (signed === "unsigned" ? 0 : length);
  const tree = new Map<string, string[]>();
  files.forEach(({ path, content, packed = true }, n) => {
    const data = packed ? deflateSync(content) : content;
    const [folder, name] = path.includes("/") ? path.split("/") : ["", path];
    const xml = `<file id="${n + 100}"><name>${name}</name><type>file</type><data>` +
      `<length>${data.length}</length><offset>${offset}</offset><size>${content.length}</size>` +
      `<encoding style="application/${packed ? "x-gzip" : "octet-stream"}"/></data></file>`;
    tree.set(folder ?? "", [...tree.get(folder ?? "") ?? [], xml]);
    heap.push(data);
    offset += data.length;
  });
  const entries = [...tree].map(([folder, items], n) =>
    folder === ""
      ? items.join("")
      : `<file id="${n + 1}"><name>${folder}</name><type>directory</type>${items.join("")}</file>`
  ).join("");
  const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2031-01-01T00:00:00Z") };
  const certificate = selfSigned({ subject: [["CN", "Developer ID Installer: Example (A1B2C3D4E5)"]], key, ...dates });
  const signature = signed === "unsigned"
    ? ""
    : `<signature style="RSA"><offset>20</offset><size>${length}</size><KeyInfo><X509Data><X509Certificate>${certificate.toBase64()}</X509Certificate></X509Data></KeyInfo></signature>`;
  const toc = change(
    `<?xml version="1.0" encoding="UTF-8"?><xar><toc><checksum style="sha1"><size>20</size><offset>0</offset></checksum>${signature}${entries}</toc></xar>`,
  );
  const packedToc = deflateSync(utf8(toc));
  const header = new Uint8Array(28);
  const view = new DataView(header.buffer);
  view.setUint32(0, 0x78617221);
  view.setUint16(4, 28);
  view.setUint16(6, 1);
  view.setBigUint64(8, BigInt(packedToc.length));
  view.setBigUint64(16, BigInt(utf8(toc).length));
  view.setUint32(24, 1);
  const checksum = createHash("sha1").update(packedToc).digest();
  const value = signed === "unsigned" ? [] : [sign("sha1", packedToc, signed === "forged" ? other : key)];
  return joined([header, packedToc, checksum, ...value, ...heap]);
}

/** An app in a package. */
export type AppOf = { id: string; version: string; build?: string; path?: string };

/** The Distribution of a product with these apps. */
export const distribution = (
  product: { id: string; version: string; title?: string },
  apps: readonly AppOf[],
): string =>
  `<?xml version="1.0" encoding="utf-8"?><installer-gui-script minSpecVersion="2">
  <title>${product.title ?? "Editor"}</title>
  <product id="${product.id}" version="${product.version}"/>
  <pkg-ref id="${product.id}.component" version="${product.version}" onConclusion="none">#Editor.pkg</pkg-ref>
  <pkg-ref id="${product.id}.component"><bundle-version>${
    apps.map(({ id, version, build = version, path = "Editor.app" }) =>
      `<bundle CFBundleShortVersionString="${version}" CFBundleVersion="${build}" id="${id}" path="${path}"/>`
    ).join("")
  }</bundle-version></pkg-ref></installer-gui-script>`;

/** A signed product archive with one app, of about `size` bytes. */
export function pkgOf(
  { id = "com.example.editor", version = "1.0", size = 1000, signed = "signed" }: {
    id?: string;
    version?: string;
    size?: number;
    signed?: XarSigned;
  } = {},
): Bytes {
  const payload = new Uint8Array(size);
  // Five times as fast as a call for each of some millions of bytes.
  for (let n = 0; n < size; n++) payload[n] = (n * 31 + n / 7 + version.length) % 256;
  return xarOf([
    { path: "Distribution", content: utf8(distribution({ id: `${id}.pkg`, version }, [{ id, version }])) },
    { path: "Editor.pkg/Payload", content: payload, packed: false },
  ], { signed });
}

/** A property list in XML. */
const plist = (body: string): Bytes =>
  utf8(`<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${body}</dict></plist>`);

const text = (key: string, value: string) => `<key>${key}</key><string>${value}</string>`;

/** A provisioning profile that permits apps of an identifier, signed by nobody whom Apple knows. */
export function provisioningProfileOf(
  { name = "Example", uuid = "0B1C2D3E-0000-4000-8000-000000000001", app, expires }: {
    name?: string;
    uuid?: string;
    /** With the prefix of the team. */
    app: string;
    expires: Date;
  },
): Bytes {
  const [key] = KEYS;
  const dates = { notBefore: new Date("2026-01-01T00:00:00Z"), notAfter: new Date("2031-01-01T00:00:00Z") };
  const certificate = selfSigned({ subject: [["CN", "Profiles"]], key, ...dates });
  return signAttached(
    plist(
      text("Name", name) + text("UUID", uuid) +
        `<key>ExpirationDate</key><date>${expires.toISOString().slice(0, 19)}Z</date>` +
        `<key>Entitlements</key><dict>${text("application-identifier", app)}</dict>`,
    ),
    { certificate, key },
  );
}

/** An app for phones and tablets, made by `zip`, with traps: other bundles with identities of their own. */
export async function ipaOf(
  { id = "com.example.inspect", version = "2.0", families = [1, 2], profile, files = {} }: {
    id?: string;
    version?: string;
    families?: number[];
    profile?: Bytes;
    /** Further files by path. */
    files?: Record<string, Uint8Array>;
  } = {},
): Promise<Bytes> {
  const folder = await Deno.makeTempDir();
  const info = (own: string, name: string) =>
    plist(
      text("CFBundleIdentifier", own) + text("CFBundleShortVersionString", version) + text("CFBundleVersion", "77") +
        text("CFBundleExecutable", name) + "<key>UIDeviceFamily</key><array>" +
        families.map((family) => `<integer>${family}</integer>`).join("") + "</array>",
    );
  const all: Record<string, Uint8Array> = {
    "Payload/Inspect.app/Frameworks/Update.framework/Info.plist": info("com.example.update", "Update"),
    "Payload/Inspect.app/Privacy.bundle/Info.plist": info("com.example.privacy", "Privacy"),
    "Payload/Inspect.app/PlugIns/Share.appex/Info.plist": info(`${id}.share`, "Share"),
    "Payload/Inspect.app/Info.plist": info(id, "Inspect"),
    "Payload/Inspect.app/Inspect": new Uint8Array(20_000).fill(7),
    ...(profile === undefined ? {} : { "Payload/Inspect.app/embedded.mobileprovision": profile }),
    ...files,
  };
  try {
    for (const [path, content] of Object.entries(all)) {
      await Deno.mkdir(`${folder}/${path.slice(0, path.lastIndexOf("/"))}`, { recursive: true });
      await Deno.writeFile(`${folder}/${path}`, content);
    }
    const { success, stderr } = await new Deno.Command("zip", {
      args: ["-q", "-X", "app.ipa", ...Object.keys(all)],
      cwd: folder,
      stderr: "piped",
    }).output();
    if (!success) throw new Error(`zip failed: ${new TextDecoder().decode(stderr)}`);
    return await Deno.readFile(`${folder}/app.ipa`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
