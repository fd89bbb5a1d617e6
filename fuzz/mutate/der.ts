/**
 * Changes of DER: elements are removed, doubled, moved and relabelled, and the lengths around them still fit.
 *
 * @module
 */

import type { Random } from "../random.ts";

type Bytes = Uint8Array<ArrayBuffer>;
/** An element; `content` of a primitive one are its bytes. */
type Element = { tag: number; content: Bytes | Element[] };

const MAX_DEPTH = 24;

/** The elements in `input`; undefined when it is not DER throughout. */
function parse(input: Bytes, depth = 0): Element[] | undefined {
  const elements: Element[] = [];
  let at = 0;
  while (at < input.length) {
    const tag = input[at++] ?? 0;
    if ((tag & 0x1f) === 0x1f) return undefined;
    let length = input[at++];
    if (length === undefined || length === 0x80) return undefined;
    if (length > 0x80) {
      const bytes = length & 0x7f;
      if (bytes > 4 || at + bytes > input.length) return undefined;
      length = 0;
      for (let index = 0; index < bytes; index++) length = length * 256 + (input[at++] ?? 0);
    }
    if (at + length > input.length) return undefined;
    const content = input.slice(at, at + length);
    at += length;
    // Octet and bit strings hold elements too, as often as not.
    const inner = depth < MAX_DEPTH && length > 0 && ((tag & 0x20) !== 0 || tag === 0x04)
      ? parse(content, depth + 1)
      : undefined;
    elements.push({ tag, content: inner ?? content });
  }
  return elements;
}

function lengthBytes(length: number): number[] {
  if (length < 0x80) return [length];
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return [0x80 | bytes.length, ...bytes];
}

function write(elements: readonly Element[]): Bytes {
  const parts = elements.map(({ tag, content }) => {
    const inner = Array.isArray(content) ? write(content) : content;
    return [Uint8Array.from([tag, ...lengthBytes(inner.length)]), inner];
  }).flat();
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

type Place = { list: Element[]; at: number };

function placesIn(elements: Element[], places: Place[] = []): Place[] {
  elements.forEach((element, at) => {
    places.push({ list: elements, at });
    if (Array.isArray(element.content)) placesIn(element.content, places);
  });
  return places;
}

const copyOf = ({ tag, content }: Element): Element => ({
  tag,
  content: Array.isArray(content) ? content.map(copyOf) : content,
});

const TAGS = [0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1e, 0x24, 0x30, 0x31];
const CONTENTS = ["", "00", "ff", "80", "0080", "7fffffff", "ffffffffffffffffff", "2a8648", "550403", "3030"].map((
  hex,
) => Uint8Array.fromHex(hex));

/** One change of `input`, with elements of `other` where one is needed; undefined when it is no DER. */
export function mutateDer(random: Random, input: Bytes, other: Bytes): Bytes | undefined {
  const elements = parse(input);
  if (elements === undefined || elements.length === 0) return undefined;
  const places = placesIn(elements);
  const { list, at } = random.pick(places);
  const element = list[at];
  if (element === undefined) return undefined;
  switch (random.below(7)) {
    case 0:
      list.splice(at, 1);
      break;
    case 1:
      list.splice(at, 0, copyOf(element));
      break;
    case 2: {
      const from = placesIn(parse(other) ?? elements);
      const found = from.length === 0 ? undefined : random.pick(from);
      const taken = found?.list[found.at];
      if (taken !== undefined) list[at] = copyOf(taken);
      break;
    }
    case 3:
      element.tag = random.chance(0.5) ? random.pick(TAGS) : random.pick([0x80, 0xa0, 0x20, 0x40]) ^ random.below(8);
      break;
    case 4:
      element.content = random.pick(CONTENTS);
      break;
    case 5:
      list[at] = { tag: random.pick(TAGS), content: [copyOf(element)] };
      break;
    default: {
      if (Array.isArray(element.content)) element.content.reverse();
      else if (element.content.length > 0) {
        element.content = element.content.with(random.below(element.content.length), random.below(256));
      }
    }
  }
  return write(elements);
}

/** `input` with one of its elements repeated; undefined when it is no DER. */
export function growDer(random: Random, input: Bytes): ((count: number) => Bytes) | undefined {
  const elements = parse(input);
  if (elements === undefined || elements.length === 0) return undefined;
  const index = random.below(placesIn(elements).length);
  return (count) => {
    const copy = elements.map(copyOf);
    const place = placesIn(copy)[index];
    const element = place?.list[place.at];
    if (place !== undefined && element !== undefined) {
      place.list.splice(place.at, 0, ...Array.from({ length: Math.min(count, 50_000) }, () => element));
    }
    return write(copy);
  };
}
