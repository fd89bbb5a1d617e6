/**
 * Reads XML from outside piece by piece: nothing is kept but what a reader takes.
 *
 * @module
 */

import { SaxesParser } from "saxes";
import { PackageError } from "./package_error.ts";

/** What a reader is told. Names are without their meaning in a namespace. */
export type XmlReader = {
  opened(name: string, attributes: Readonly<Record<string, string>>): void;
  /** Text and CDATA, as often as it comes. */
  text(text: string): void;
  closed(name: string): void;
};

/** Levels of elements, and attributes of one. The attack: each takes a hundred times the memory of its text. */
const MAX_DEPTH = 64;
const MAX_ATTRIBUTES = 64;
/** Characters that are parsed at once: what is refused stops soon. */
const PIECE = 64 * 1024;

/** Reads a document in UTF-8. Throws PackageError if it is no XML, or has a document type. */
export function readXml(bytes: Uint8Array, reader: XmlReader): void {
  const parser = new SaxesParser({ xmlns: false, position: false });
  let depth = 0;
  let attributes = 0;
  parser.on("error", (error) => {
    throw new PackageError(`Cannot read the package: XML in it is not valid (${error.message.slice(0, 100)}).`);
  });
  // The attack: entities that multiply.
  parser.on("doctype", () => {
    throw new PackageError("Cannot read the package: XML in it has a document type.");
  });
  parser.on("opentagstart", () => {
    attributes = 0;
  });
  parser.on("attribute", () => {
    if (++attributes > MAX_ATTRIBUTES) throw new PackageError("Cannot read the package: XML in it is too complex.");
  });
  parser.on("opentag", ({ name, attributes }) => {
    if (++depth > MAX_DEPTH) throw new PackageError("Cannot read the package: XML in it is nested too deep.");
    reader.opened(name, attributes);
  });
  parser.on("text", (text) => reader.text(text));
  parser.on("cdata", (text) => reader.text(text));
  parser.on("closetag", ({ name }) => {
    depth--;
    reader.closed(name);
  });
  let document;
  try {
    document = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PackageError("Cannot read the package: XML in it is not in UTF-8.", { cause: error });
  }
  for (let at = 0; at < document.length; at += PIECE) parser.write(document.slice(at, at + PIECE));
  parser.close();
}
