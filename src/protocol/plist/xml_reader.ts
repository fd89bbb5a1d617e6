/**
 * A property list reader for XML, as an index scanner over the text (no tree in between).
 *
 * Promise: returns only what the document says, or throws `PlistError`. An internal DTD subset is refused before
 * anything else is read, so that no entity but XML's own five exists (entity expansion and external entity attacks).
 * Integers, dates and data are read strictly; a key twice in one dictionary is refused, because two readers of one
 * message must not see two different devices.
 *
 * @module
 */

import { integerOf, MAX_DEPTH, type Plist, type PlistDict, PlistError, setKey } from "./value.ts";

const INTEGER = /^[+-]?(?:[0-9]+|0[xX][0-9a-fA-F]+)$/;
const REAL = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NOT_FINITE = /^([+-]?)(nan|inf|infinity)$/i;
const DATE = /^([0-9]{4})-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})Z$/;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', apos: "'" };

function fail(reason: string): never {
  throw new PlistError(`Cannot read the property list: ${reason}`);
}

/** The value of the XML property list `text`. Throws `PlistError`. */
export function readXml(text: string): Plist {
  // XML 1.0 section 2.11: line ends are normalised before parsing. NUL is not XML, but Apple's writer emits what a
  // string holds; no database text and no JSON column can hold it.
  if (text.includes("\r")) text = text.replace(/\r\n?/g, "\n");
  if (text.includes("\0")) text = text.replaceAll("\0", "\ufffd");
  return new Scanner(text).document();
}

class Scanner {
  #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  document(): Plist {
    if (this.#text.charCodeAt(0) === 0xfeff) this.#at = 1;
    if (this.#text.startsWith("<?xml", this.#at)) {
      const end = this.#find("?>", "the XML declaration is not closed");
      const encoding = /\bencoding\s*=\s*["']([^"']*)["']/.exec(this.#text.slice(this.#at, end))?.[1];
      if (encoding !== undefined && !/^(?:utf-?8|us-ascii)$/i.test(encoding)) {
        fail(`its encoding is "${encoding.slice(0, 40)}", it should be UTF-8`);
      }
      this.#at = end + 2;
    }
    this.#skip();
    if (this.#text.startsWith("<!DOCTYPE", this.#at)) {
      const end = this.#find(">", "the document type is not closed");
      const type = this.#text.slice(this.#at, end);
      if (type.includes("[")) fail("it has an internal DTD subset, it should have none");
      if (!/^<!DOCTYPE\s+plist\b/.test(type)) fail("its document type is not plist");
      this.#at = end + 1;
      this.#skip();
    }
    const tag = this.#tag();
    if (tag !== "plist" && !/^plist\s+version\s*=\s*["'][^"'<>]*["']\s*$/.test(tag)) {
      fail(`its outermost element is "${short(tag)}", it should be "plist"`);
    }
    this.#skip();
    const value = this.#value(this.#tag(), 0);
    this.#skip();
    this.#close("plist");
    this.#skip();
    if (this.#at < this.#text.length) fail("there is text after its end");
    return value;
  }

  /** Position of `needle` at or after the cursor. */
  #find(needle: string, problem: string): number {
    const at = this.#text.indexOf(needle, this.#at);
    return at < 0 ? fail(problem) : at;
  }

  /** Moves over white space, comments and processing instructions. */
  #skip(): void {
    const text = this.#text;
    let at = this.#at;
    for (;;) {
      let code = text.charCodeAt(at);
      while (code === 0x20 || code === 0x0a || code === 0x09) code = text.charCodeAt(++at);
      this.#at = at;
      if (code !== 0x3c) return;
      const next = text.charCodeAt(at + 1);
      if (next === 0x21 && text.startsWith("<!--", at)) {
        this.#at = at + 4;
        at = this.#find("-->", "a comment is not closed") + 3;
      } else if (next === 0x3f) {
        at = this.#find("?>", "a processing instruction is not closed") + 2;
      } else return;
    }
  }

  /** What stands between `<` at the cursor and the next `>`; the cursor moves behind it. */
  #tag(): string {
    if (this.#text.charCodeAt(this.#at) !== 0x3c) {
      fail(this.#at < this.#text.length ? "there is text where an element should be" : "it ends too early");
    }
    const end = this.#find(">", "it ends inside a tag");
    const tag = this.#text.slice(this.#at + 1, end);
    this.#at = end + 1;
    return tag;
  }

  #close(name: string): void {
    const at = this.#at;
    if (this.#text.startsWith(name, at + 2) && this.#text.startsWith("</", at)) {
      let end = at + 2 + name.length;
      while (this.#text.charCodeAt(end) === 0x20 || this.#text.charCodeAt(end) === 0x0a) end++;
      if (this.#text.charCodeAt(end) === 0x3e) {
        this.#at = end + 1;
        return;
      }
    }
    fail(at < this.#text.length ? `"</${name}>" should stand where something else is` : "it ends too early");
  }

  #value(tag: string, depth: number): Plist {
    switch (tag) {
      case "string":
        return this.#content("string");
      case "true/":
        return true;
      case "false/":
        return false;
      case "integer":
        return integer(this.#content("integer").trim());
      case "dict":
        return this.#dict(depth + 1);
      case "array":
        return this.#array(depth + 1);
      case "data":
        return data(this.#content("data"));
      case "date":
        return date(this.#content("date").trim());
      case "real":
        return real(this.#content("real").trim());
      case "string/":
      case "dict/":
      case "array/":
      case "data/":
        return tag === "string/" ? "" : tag === "dict/" ? {} : tag === "array/" ? [] : new Uint8Array(0);
      default:
        return this.#oddValue(tag, depth);
    }
  }

  /** `<true />`, `<true></true>` and `<string >` are as good as the forms that Apple writes; attributes are not. */
  #oddValue(tag: string, depth: number): Plist {
    const plain = /^([a-z]+)\s*(\/?)$/.exec(tag);
    const normal = plain === null ? undefined : `${plain[1]}${plain[2]}`;
    if (normal === "true" || normal === "false") {
      this.#close(normal);
      return normal === "true";
    }
    if (normal === undefined || normal === tag) fail(`"<${short(tag)}>" is not an element of property lists`);
    return this.#value(normal, depth);
  }

  #dict(depth: number): PlistDict {
    if (depth > MAX_DEPTH) fail(`it is nested more than ${MAX_DEPTH} levels deep`);
    const dict: PlistDict = {};
    for (;;) {
      this.#skip();
      if (this.#text.startsWith("<key>", this.#at)) this.#at += 5;
      else if (this.#text.startsWith("</", this.#at)) {
        this.#close("dict");
        return dict;
      } else {
        const tag = this.#tag();
        if (!/^key\s*\/?$/.test(tag)) fail(`a dictionary has "<${short(tag)}>" where "<key>" should be`);
        if (tag.endsWith("/")) fail("a dictionary has an empty key");
      }
      const key = this.#content("key");
      this.#skip();
      if (this.#text.startsWith("</", this.#at)) fail(`the key "${short(key)}" has no value`);
      if (Object.hasOwn(dict, key)) fail(`the key "${short(key)}" is twice in one dictionary`);
      setKey(dict, key, this.#value(this.#tag(), depth));
    }
  }

  #array(depth: number): Plist[] {
    if (depth > MAX_DEPTH) fail(`it is nested more than ${MAX_DEPTH} levels deep`);
    const array: Plist[] = [];
    for (;;) {
      this.#skip();
      if (this.#text.startsWith("</", this.#at)) {
        this.#close("array");
        return array;
      }
      array.push(this.#value(this.#tag(), depth));
    }
  }

  /** Character data up to the end tag of `name`, with references, comments and CDATA sections resolved. */
  #content(name: string): string {
    let content = "";
    for (;;) {
      const end = this.#find("<", `the element "${name}" is not closed`);
      const raw = this.#text.slice(this.#at, end);
      content += raw.includes("&") ? unescape(raw) : raw;
      this.#at = end;
      if (this.#text.charCodeAt(end + 1) !== 0x21) break;
      if (this.#text.startsWith("<![CDATA[", end)) {
        const stop = this.#find("]]>", "a CDATA section is not closed");
        content += this.#text.slice(end + 9, stop);
        this.#at = stop + 3;
      } else this.#skip2();
    }
    this.#close(name);
    return content;
  }

  /** Moves over one comment inside character data, where white space counts. */
  #skip2(): void {
    if (!this.#text.startsWith("<!--", this.#at)) fail("there is a declaration inside an element");
    this.#at += 4;
    this.#at = this.#find("-->", "a comment is not closed") + 3;
  }
}

const short = (text: string): string => text.length > 60 ? `${text.slice(0, 60)}…` : text;

function unescape(raw: string): string {
  return raw.replace(/&([^;&]{0,12})(;?)/g, (_, name: string, semicolon: string) => {
    const known = Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : undefined;
    if (semicolon && known !== undefined) return known;
    const digits = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
    const code = digits === null ? -1 : digits[1] !== undefined ? parseInt(digits[1], 16) : Number(digits[2]);
    if (!semicolon || code < 1 || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      fail(`"&${short(name)}" is not a character reference that XML has`);
    }
    return String.fromCodePoint(code);
  });
}

function integer(text: string): number | bigint {
  if (text.length < 16) {
    const value = Number(text);
    if (Number.isSafeInteger(value) && /^-?[0-9]+$/.test(text)) return value === 0 ? 0 : value;
  }
  if (text.length > 40 || !INTEGER.test(text)) fail(`"${short(text)}" is not an integer`);
  const magnitude = BigInt(text.replace(/^[+-]/, ""));
  return integerOf(text.startsWith("-") ? -magnitude : magnitude);
}

function real(text: string): number {
  if (REAL.test(text)) return Number(text);
  const special = NOT_FINITE.exec(text);
  if (special === null) fail(`"${short(text)}" is not a number`);
  if (special[2]?.toLowerCase() === "nan") return NaN;
  return special[1] === "-" ? -Infinity : Infinity;
}

function date(text: string): Date {
  const parts = DATE.exec(text);
  if (parts === null) fail(`"${short(text)}" is not a date like 2001-01-01T00:00:00Z`);
  const date = new Date(text);
  // Date would turn 30 February into 1 March, and 24:00 into the next day.
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 19) !== text.slice(0, 19)) {
    fail(`"${short(text)}" is not a day and time that exists`);
  }
  return date;
}

function data(text: string): Uint8Array {
  try {
    return Uint8Array.fromBase64(text);
  } catch {
    fail("a data element is not base64");
  }
}
