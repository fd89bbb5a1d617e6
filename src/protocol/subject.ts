/**
 * The subject of a certificate that a profile asks the device to request.
 *
 * Promise: Apple's shape, an array of relative names that are arrays of [type, value] pairs, one pair each.
 *
 * @module
 */

/** `[[["CN", "…"]], [["O", "…"]]]`. Types are C, L, ST, O, OU, CN or a dotted OID. */
export type Subject = [string, string][][];

/** CN, the device's serial number (OID 2.5.4.5) when known, and O. */
export function fullSubject(name: { commonName: string; serialNumber?: string; organization: string }): Subject {
  return [
    [["CN", name.commonName]],
    ...(name.serialNumber === undefined ? [] : [[["2.5.4.5", name.serialNumber]]] satisfies Subject),
    [["O", name.organization]],
  ];
}

/** Only the attributes that simple clients know (C, L, ST, O, OU, CN): those refuse a subject with OIDs. */
export function plainSubject(name: {
  commonName: string;
  organization?: string;
  organizationalUnit?: string;
  locality?: string;
  state?: string;
  country?: string;
}): Subject {
  const pairs: [string, string | undefined][] = [
    ["C", name.country],
    ["ST", name.state],
    ["L", name.locality],
    ["O", name.organization],
    ["OU", name.organizationalUnit],
    ["CN", name.commonName],
  ];
  return pairs.flatMap(([type, value]) => value === undefined ? [] : [[[type, value]]] satisfies Subject);
}
