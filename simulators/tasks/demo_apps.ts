/**
 * The apps of the demo: a location of Apps & Books, a store app with fewer licences than devices, and an enterprise app.
 *
 * @module
 */

import { Uint8ArrayReader, Uint8ArrayWriter, ZipWriter } from "@zip.js/zip.js";
import { z } from "zod";
import { buildPlist } from "../../src/protocol/plist.ts";
import type { ApiClient } from "../api_client.ts";
import type { SimulatedAppsAndBooks } from "../apple/apps_and_books.ts";

/** Apps that the location owns: Apple's id, the name, the bundle id and the number of licences. */
const OWNED = [
  ["361309726", "Pages", "com.apple.iWork.Pages", 10],
  ["361304891", "Numbers", "com.apple.iWork.Numbers", 50],
  ["361285480", "Keynote", "com.apple.iWork.Keynote", 50],
  ["408981434", "iMovie", "com.apple.iMovieApp", 5],
] as const;

const numbered = z.array(z.object({ id: z.int(), adam_id: z.string() }));
const created = z.object({ artifact: z.string() });
const made = z.object({ id: z.string() });
const uploaded = z.object({ package_uri: z.string(), package_sha256: z.string() });

/** Milliseconds between two looks for the first sync, and the number of looks. */
const LOOKS = { every: 250, most: 120 } as const;

/** An app for phones and tablets, as small as one can be. */
async function demoIpa(): Promise<Uint8Array<ArrayBuffer>> {
  const writer = new ZipWriter(new Uint8ArrayWriter());
  const info = buildPlist({
    CFBundleIdentifier: "com.example.checklist",
    CFBundleShortVersionString: "3.2",
    CFBundleVersion: "320",
    CFBundleExecutable: "Checklist",
    UIDeviceFamily: [1, 2],
  });
  await writer.add("Payload/Checklist.app/Info.plist", new Uint8ArrayReader(info));
  await writer.add("Payload/Checklist.app/Checklist", new Uint8ArrayReader(new Uint8Array(100_000).fill(7)));
  return Uint8Array.from(await writer.close());
}

async function assetsOf({ json }: ApiClient): Promise<z.output<typeof numbered>> {
  for (let look = 0; look < LOOKS.most; look++) {
    const assets = await json(numbered, "GET", "/api/mdm/location_assets/");
    if (assets.length >= OWNED.length) return assets;
    await new Promise((done) => setTimeout(done, LOOKS.every));
  }
  throw new Error("Cannot make apps: the location was not synchronized");
}

async function makeEnterpriseApp(client: ApiClient, address: string, token: string, blueprint: number): Promise<void> {
  const response = await fetch(new URL("/api/mdm/package_files/?filename=Checklist.ipa", address), {
    method: "POST",
    headers: { Authorization: `Token ${token}`, "Content-Type": "application/octet-stream" },
    body: await demoIpa(),
  });
  const { package_uri, package_sha256 } = uploaded.parse(await response.json());
  const { id } = await client.json(made, "POST", "/api/mdm/artifacts/", {
    name: "Checklist",
    type: "Enterprise App",
    channel: "Device",
    platforms: ["iOS", "iPadOS"],
  });
  const everywhere = { ios: true, ipados: true };
  await client.call("POST", "/api/mdm/enterprise_apps/", {
    artifact: id,
    version: 1,
    ...everywhere,
    package_uri,
    package_sha256,
    install_as_managed: true,
  });
  await client.call("POST", "/api/mdm/blueprint_artifacts/", { blueprint, artifact: id, ...everywhere });
}

/** Adds the location, and the apps to the blueprint, unless they exist. */
export async function makeDemoApps(
  client: ApiClient,
  apple: SimulatedAppsAndBooks,
  { address, token, blueprint }: { address: string; token: string; blueprint: number },
): Promise<void> {
  const known = await client.json(z.array(z.unknown()), "GET", "/api/mdm/artifacts/?name=Pages");
  if (known.length > 0) return;
  const location = apple.store.addLocation("Headquarters", "Example Ltd.");
  for (const [adamId, name, bundleId, licences] of OWNED) {
    apple.store.buy(location, adamId, licences, {
      entry: { name, bundleId, version: "14.4", externalVersion: 1440 },
    });
  }
  await client.call("POST", "/api/mdm/locations/", {
    server_token: new TextDecoder().decode(apple.store.download(location)),
  });
  const pages = (await assetsOf(client)).find(({ adam_id: adamId }) => adamId === OWNED[0][0]);
  if (pages === undefined) throw new Error("Cannot make apps: the location does not own Pages");
  const { artifact } = await client.json(created, "POST", `/api/mdm/location_assets/${pages.id}/store_apps/`, {
    name: "Pages",
    keep_updated: true,
  });
  await client.call("POST", "/api/mdm/blueprint_artifacts/", {
    blueprint,
    artifact,
    ios: true,
    ipados: true,
    macos: true,
  });
  await makeEnterpriseApp(client, address, token, blueprint);
}
