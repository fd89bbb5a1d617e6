/**
 * A property list reader for XML, as an index scanner over the text (no tree in between).
 *
 * Promise: returns only the content of the document, or throws `PlistError`. An internal DTD subset is refused before
 * anything else is read, so that no entity but XML's own five exists (entity expansion and external entity attacks).
 * Integers, dates and data are read strictly; a key twice in one dictionary is refused, because two readers of one
 * message must not see two different devices.
 *
 * @module
 */

import {
  MAX_DEPTH,
  MAX_VALUES,
  type Plist,
  type PlistDict,
  PlistError,
  type ReadOptions,
  realOf,
  setKey,
} from "./value.ts";
import { data, date, fail, integer, real, short, unescape } from "./xml_scalars.ts";

/** The start of documents from Apple's own writer; recognized directly, which is equivalent to parsing it. */
const APPLE_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n' +
  '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">\n' +
  '<plist version="1.0">\n';

/** Lines that are counted. */
const MAX_LINES = 100_000;

/**
 * Returns the value of the XML property list `text`, in which `xmlText` has normalized line ends. Throws `PlistError`.
 */
export function readXml(text: string, options: ReadOptions = {}): Plist {
  return new Scanner(text, options).document();
}

class Scanner {
  #text: string;
  #at = 0;
  #values = 0;

  #options: ReadOptions;
  readonly #maxValues: number;
  /** Made once: most texts have no reference. */
  readonly #counted = (): void => this.#count();

  constructor(text: string, options: ReadOptions) {
    this.#text = text;
    this.#options = options;
    this.#maxValues = Math.min(MAX_VALUES, options.maxValues ?? MAX_VALUES);
  }

  /** Returns the value of the document. An error names the line at which parsing stopped. */
  document(): Plist {
    try {
      return this.#document();
    } catch (error) {
      if (!(error instanceof PlistError)) throw error;
      throw new PlistError(`${error.message} (line ${this.#line()})`, { cause: error });
    }
  }

  /** The line of the cursor, as far as lines are counted: for a sentence no more is worth the time. */
  #line(): string {
    let line = 1;
    for (let at = this.#text.indexOf("\n"); at >= 0 && at < this.#at; at = this.#text.indexOf("\n", at + 1)) {
      if (++line > MAX_LINES) return `after ${MAX_LINES}`;
    }
    return `${line}`;
  }

  /** The attack: a few megabytes of the shortest values, references or comments are millions of steps. */
  #count(): void {
    if (++this.#values > this.#maxValues) fail(`it has more than ${this.#maxValues} values`);
  }

  #document(): Plist {
    if (this.#text.startsWith(APPLE_HEAD)) this.#at = APPLE_HEAD.length;
    else this.#head();
    this.#skip();
    const value = this.#element(0);
    this.#skip();
    this.#close("plist");
    this.#skip();
    if (this.#at < this.#text.length) fail("there is text after its end");
    return value;
  }

  /** Everything up to and with the start tag of the outermost element. */
  #head(): void {
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
        this.#count();
        this.#at = at + 4;
        at = this.#find("-->", "a comment is not closed") + 3;
      } else if (next === 0x3f) {
        this.#count();
        at = this.#find("?>", "a processing instruction is not closed") + 2;
      } else return;
    }
  }

  /** Returns the text between `<` at the cursor and the next `>`; the cursor moves past it. */
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

  /** The element at the cursor. The forms that Apple writes are recognized without extracting their tags. */
  #element(depth: number): Plist {
    const text = this.#text;
    const at = this.#at;
    this.#count();
    switch (text.charCodeAt(at + 1)) {
      case 0x73: // s
        if (!text.startsWith("<string>", at)) break;
        this.#at = at + 8;
        return this.#content("string", "</string>");
      case 0x74: // t
        if (!text.startsWith("<true/>", at)) break;
        this.#at = at + 7;
        return true;
      case 0x66: // f
        if (!text.startsWith("<false/>", at)) break;
        this.#at = at + 8;
        return false;
      case 0x69: // i
        if (!text.startsWith("<integer>", at)) break;
        this.#at = at + 9;
        return integer(this.#content("integer", "</integer>"));
      case 0x64: // d
        if (!text.startsWith("<dict>", at)) break;
        this.#at = at + 6;
        return this.#dict(depth + 1);
    }
    return this.#value(this.#tag(), depth);
  }

  #value(tag: string, depth: number): Plist {
    switch (tag) {
      case "string":
        return this.#content("string", "</string>");
      case "true/":
        return true;
      case "false/":
        return false;
      case "integer":
        return integer(this.#content("integer", "</integer>"));
      case "dict":
        return this.#dict(depth + 1);
      case "array":
        return this.#array(depth + 1);
      case "data":
        return data(this.#content("data", "</data>"));
      case "date":
        return date(this.#content("date", "</date>"));
      case "real":
        return realOf(real(this.#content("real", "</real>")), this.#options);
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
      const key = this.#content("key", "</key>");
      this.#skip();
      if (this.#text.startsWith("</", this.#at)) fail(`the key "${short(key)}" has no value`);
      if (Object.hasOwn(dict, key)) fail(`the key "${short(key)}" is twice in one dictionary`);
      setKey(dict, key, this.#element(depth));
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
      array.push(this.#element(depth));
    }
  }

  /** Character data up to the end tag of `name`, with references, comments and CDATA sections resolved. */
  #content(name: string, endTag: string): string {
    const first = this.#text.indexOf("<", this.#at);
    if (first >= 0 && this.#text.startsWith(endTag, first)) {
      const raw = this.#text.slice(this.#at, first);
      this.#at = first + endTag.length;
      return unescape(raw, this.#counted);
    }
    let content = "";
    for (;;) {
      this.#count();
      const end = this.#find("<", `the element "${name}" is not closed`);
      content += unescape(this.#text.slice(this.#at, end), this.#counted);
      this.#at = end;
      if (this.#text.charCodeAt(end + 1) !== 0x21) break;
      if (this.#text.startsWith("<![CDATA[", end)) {
        const stop = this.#find("]]>", "a CDATA section is not closed");
        content += this.#text.slice(end + 9, stop);
        this.#at = stop + 3;
      } else this.#skipInnerComment();
    }
    this.#close(name);
    return content;
  }

  /** Moves over one comment inside character data, where white space counts. */
  #skipInnerComment(): void {
    if (!this.#text.startsWith("<!--", this.#at)) fail("there is a declaration inside an element");
    this.#at += 4;
    this.#at = this.#find("-->", "a comment is not closed") + 3;
  }
}
