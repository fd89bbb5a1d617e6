/**
 * Reads installer packages for Macs: who they are, and which apps they bring.
 *
 * Source: Apple, "Distribution Definition XML Schema" (developer.apple.com/library/archive, Installer).
 *
 * @module
 */

import type { ByteSource } from "./byte_source.ts";
import { PackageError } from "./package_error.ts";
import { type PackageBundle, type PackageFacts, packageText } from "./package_facts.ts";
import { openXar, readXarFile, type Xar } from "./xar.ts";
import { readXml } from "./xml.ts";

type Attributes = Readonly<Record<string, string>>;
type Component = { id: string; version: string };

/** Apps that are kept, and components that are read. */
const MOST_BUNDLES = 200;
const MOST_COMPONENTS = 64;

/** A folder that is one thing to its users: what is inside of it has no life of its own. */
const BUNDLE =
  /\.(?:app|framework|bundle|plugin|xpc|appex|kext|prefpane|systemextension|component|qlgenerator|mdimporter)$/i;

/** Whether a path is that of an app which is inside of nothing else: "Applications/Editor.app". */
function isApp(path: string): boolean {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  const last = parts.pop() ?? "";
  // The trap: the updater in Editor.app/Contents/Frameworks has another identifier, and no device lists it.
  return /\.app$/i.test(last) && !parts.some((part) => BUNDLE.test(part));
}

/** Collects apps; of an identifier the first. */
class Bundles {
  readonly #found = new Map<string, PackageBundle>();

  add({ id, path, CFBundleShortVersionString: short, CFBundleVersion: version }: Attributes): void {
    if (id === undefined || path === undefined || !isApp(path)) return;
    const bundle = {
      id: packageText(id),
      version_str: packageText(short),
      version: packageText(version),
      path: packageText(path),
    };
    if (bundle.id === "" || this.#found.has(bundle.id) || this.#found.size >= MOST_BUNDLES) return;
    this.#found.set(bundle.id, bundle);
  }

  get all(): PackageBundle[] {
    return [...this.#found.values()];
  }
}

type Distribution = { title: string; product: Component; bundles: PackageBundle[] };

/** Reads the Distribution of a product archive. */
function readDistribution(bytes: Uint8Array): Distribution {
  const bundles = new Bundles();
  let product: Component | undefined;
  let first: Component | undefined;
  let title: string | undefined;
  const open: string[] = [];
  readXml(bytes, {
    opened(name, attributes) {
      const { id, version } = attributes;
      if (open.length === 1 && name === "title") title ??= "";
      if (id !== undefined && version !== undefined) {
        if (name === "product") product ??= { id, version };
        if (name === "pkg-ref") first ??= { id, version };
      }
      if (name === "bundle" && open.at(-1) === "bundle-version") bundles.add(attributes);
      open.push(name);
    },
    text(text) {
      if (open.length === 2 && open[1] === "title" && title !== undefined && title.length < 1000) title += text;
    },
    closed: () => open.pop(),
  });
  return { title: title ?? "", product: product ?? first ?? { id: "", version: "" }, bundles: bundles.all };
}

type PackageInfo = { component: Component; bundles: PackageBundle[] };

/** Reads the PackageInfo of a component. */
function readPackageInfo(bytes: Uint8Array): PackageInfo {
  const bundles = new Bundles();
  let component: Component = { id: "", version: "" };
  const open: string[] = [];
  readXml(bytes, {
    opened(name, attributes) {
      if (open.length === 0 && name === "pkg-info") {
        const { identifier: id = "", version = "" } = attributes;
        component = { id, version };
      }
      if (name === "bundle") bundles.add(attributes);
      open.push(name);
    },
    text() {},
    closed: () => open.pop(),
  });
  return { component, bundles: bundles.all };
}

async function componentsOf(source: ByteSource, { files }: Xar): Promise<PackageInfo[]> {
  const found = [...files].filter(([path]) => /^(?:[^/]+\.pkg\/)?PackageInfo$/.test(path)).slice(0, MOST_COMPONENTS);
  const read: PackageInfo[] = [];
  for (const [, file] of found) read.push(readPackageInfo(await readXarFile(source, file)));
  return read;
}

/** Reads a package. Throws PackageError. */
export async function readPkg(source: ByteSource): Promise<PackageFacts> {
  const xar = await openXar(source);
  const file = xar.files.get("Distribution");
  const distribution = file === undefined ? undefined : readDistribution(await readXarFile(source, file));
  const complete = distribution !== undefined && distribution.product.id !== "" && distribution.bundles.length > 0;
  const components = complete ? [] : await componentsOf(source, xar);
  const [first] = components;
  if (distribution === undefined && first === undefined) {
    throw new PackageError("Not an installer package: it has neither a Distribution nor a PackageInfo.");
  }
  const product = distribution === undefined || distribution.product.id === ""
    ? first?.component ?? { id: "", version: "" }
    : distribution.product;
  if (packageText(product.id) === "") throw new PackageError("Cannot use the package: it has no product identifier.");
  const listed = distribution?.bundles ?? [];
  const fromComponents = components.flatMap(({ bundles }) => bundles);
  const bundles = (listed.length > 0 ? listed : fromComponents)
    .filter(({ id }, index, all) => all.findIndex((one) => one.id === id) === index).slice(0, MOST_BUNDLES);
  const { signature } = xar;
  const title = packageText(distribution?.title);
  return {
    type: "PKG",
    // A title in capitals is the name of a text in another file.
    title: title === "" || /^[A-Z0-9_]+$/.test(title) ? nameOf(bundles) ?? packageText(product.id) : title,
    productId: packageText(product.id),
    productVersion: packageText(product.version),
    bundles,
    platforms: ["macOS"],
    signature: signature.state,
    signer: signature.state === "signed" ? packageText(signature.signer) : "",
    profile: null,
    warnings: warningsOf(xar, distribution !== undefined, bundles),
  };
}

const nameOf = ([first]: readonly PackageBundle[]): string | undefined => first?.path.split("/").at(-1)?.slice(0, -4);

function warningsOf({ signature }: Xar, isProduct: boolean, bundles: readonly PackageBundle[]): string[] {
  return [
    ...(signature.state === "unsigned"
      ? ["The package is not signed: a Mac does not install it by MDM. Sign it with productsign."]
      : []),
    ...(signature.state === "invalid"
      ? [`The signature of the package is not valid: ${signature.reason}. A Mac does not install it by MDM.`]
      : []),
    ...(isProduct
      ? []
      : ["The package is a component: a Mac installs only product archives by MDM. Create one with productbuild."]),
    ...(bundles.length === 0
      ? ["The package has no app: whether it is installed cannot be confirmed, and MDM cannot remove it."]
      : []),
  ];
}
