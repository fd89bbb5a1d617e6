/** Warnings of variables that have no value on devices. */

import assert from "node:assert/strict";
import { assign, link, made, makeBlueprint, makeProfile, profileSource } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";

/** The warnings about variables, not about the form of a profile. */
const aboutValues = ({ warnings }: { warnings: { path: string; message: string }[] }) =>
  warnings.filter(({ path }) => path.startsWith("$"));

Deno.test("saving a version, and a dry run, warn of the devices that have no value; a default is one", () =>
  withFleet(async (fleet) => {
    const devices = [await fleet.enrolled(), await fleet.enrolled(), await fleet.enrolled()];
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet, { name: "Wi-Fi" });
    assert.deepEqual(aboutValues(version), []);
    await link(fleet, blueprint.id, artifact.id);
    for (const { serialNumber } of devices) await assign(fleet, serialNumber, blueprint.id);
    const [first] = devices;
    assert.ok(first);
    await made(fleet, "PUT", `/api/inventory/devices/${first.serialNumber}/values/`, { values: { ROOM: "101" } });
    const body = (number: number, text: string, macos = true) => ({
      artifact: artifact.id,
      version: number,
      source: profileSource("com.example.wifi", text),
      ios: true,
      ipados: true,
      tvos: true,
      macos,
    });
    const text = "$CUSTOM.ROOM ${CUSTOM.FLOOR:-1} $ENROLLED_DEVICE.UDID";
    const room = {
      path: "$CUSTOM.ROOM",
      message:
        '"Wi-Fi", version 2: $CUSTOM.ROOM has no value on 2 of 3 devices in its blueprints; it has the variable\'s name in its place there',
    };
    const dry = await made(fleet, "POST", "/api/mdm/profiles/?dry_run=true", body(2, text));
    assert.deepEqual(aboutValues(dry), [room]);
    const saved = await made(fleet, "POST", "/api/mdm/profiles/", body(2, text));
    assert.deepEqual(aboutValues(saved), [room]);
    const held = { ...await made(fleet, "GET", `/api/mdm/artifacts/${artifact.id}/`), hold_without_values: true };
    const holding = await made(fleet, "PUT", `/api/mdm/artifacts/${artifact.id}/?dry_run=true`, held);
    assert.match(aboutValues(holding)[0]?.message ?? "", /on 2 of 3 devices in its blueprints; it waits there$/);
    const elsewhere = await made(fleet, "POST", "/api/mdm/profiles/?dry_run=true", body(3, text, false));
    assert.deepEqual(aboutValues(elsewhere), [], "no device is of its platforms");
    const read = await made(fleet, "GET", `/api/mdm/profiles/${saved.id}/`);
    assert.deepEqual(aboutValues(read), [], "what is read is what was written");
    const twice = await made(
      fleet,
      "PUT",
      `/api/mdm/profiles/${saved.id}/`,
      body(2, "${CUSTOM.FLOOR:-1} $CUSTOM.FLOOR"),
    );
    assert.match(
      aboutValues(twice)[0]?.message ?? "",
      /\$CUSTOM\.FLOOR has no value on 3 of 3 devices/,
      "named without one, too",
    );
    // A required artifact is in the blueprints of the artifacts that require it as well.
    const other = await makeProfile(fleet, {
      name: "Needed",
      version: { source: profileSource("x.y", "$CUSTOM.DESK") },
    });
    const needing = await made(fleet, "GET", `/api/mdm/artifacts/${artifact.id}/`);
    const required = await made(fleet, "PUT", `/api/mdm/artifacts/${artifact.id}/?dry_run=true`, {
      ...needing,
      requires: [other.artifact.id],
    });
    assert.match(
      aboutValues(required)[0]?.message ?? "",
      /^"Needed", version 1: \$CUSTOM\.DESK has no value on 3 of 3 devices/,
    );
  }));
