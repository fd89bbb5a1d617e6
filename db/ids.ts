/**
 * The ids that are easily mixed up: of a device, of one of its enrollments, and of a channel of an enrollment.
 *
 * They are numbers. To the compiler each is a kind of its own, so that one does not pass for another. Rows of the database have
 * them; a number from elsewhere becomes one where it is parsed.
 *
 * @module
 */

declare const kind: unique symbol;
type Id<Kind extends string> = number & { readonly [kind]: Kind };

/** A row of `devices`: hardware, however often it was enrolled. */
export type DeviceId = Id<"device">;

/** A row of `enrollments`: one enrollment of a device. */
export type EnrollmentId = Id<"enrollment">;

/** A row of `channels`: the device itself or one of its users, in one enrollment. */
export type ChannelId = Id<"channel">;

/** Returns a parsed number as the id of a device. */
export const deviceIdOf = (number: number): DeviceId => number as DeviceId;

/** Returns a parsed number as the id of a channel. */
export const channelIdOf = (number: number): ChannelId => number as ChannelId;
