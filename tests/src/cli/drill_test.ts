import assert from "node:assert/strict";
import type { DeviceId } from "../../../db/ids.ts";
import { drillEscrow } from "../../../src/cli/drill.ts";
import { escrow } from "../../../src/escrow/escrow.ts";
import { testBy } from "../../routes/api/support.ts";
import { deviceOf } from "../../support/claims.ts";
import { withFleet } from "../../support/fleet.ts";

const KEY = "ABCD-EF12-GHIJ-KL34-MNOP-QR56";

Deno.test("the drill opens every secret, and says which do not open and why, without a secret", () =>
  withFleet(async (fleet) => {
    const { runtime } = fleet;
    const device = await fleet.enrolled();
    const { id } = await deviceOf(fleet, device) as { id: DeviceId };
    const owner = { deviceId: id, serialNumber: device.serialNumber };
    const cause = { reason: "reported" } as const;
    await runtime.sql.begin(async (tx) => {
      await escrow(tx, runtime, testBy, owner, "filevault_prk", KEY, cause);
      await escrow(tx, runtime, testBy, owner, "filevault_prk", "not a key", cause);
      await escrow(tx, runtime, testBy, owner, "device_lock_pin", "271828", cause);
      await escrow(tx, runtime, testBy, owner, "admin_password", "AAAAAA-BBBBBB", cause);
    });
    // Sealed by a key that is gone, and moved to another row.
    await runtime.sql`
      update escrowed_secrets set secret_sealed = replace(secret_sealed, 'e1.test.', 'e1.gone.')
      where kind = 'device_lock_pin'`;
    await runtime.sql`
      update escrowed_secrets set secret_sealed = (select secret_sealed from escrowed_secrets where kind = 'filevault_prk' limit 1)
      where kind = 'admin_password'`;
    const { opened, faults } = await drillEscrow(runtime);
    assert.equal(opened["filevault_prk"], 1);
    assert.deepEqual(faults.map(({ kind, serialNumber }) => [kind, serialNumber]), [
      ["filevault_prk", device.serialNumber],
      ["device_lock_pin", device.serialNumber],
      ["admin_password", device.serialNumber],
    ]);
    const [form, gone, moved] = faults.map(({ reason }) => reason);
    assert.match(form ?? "", /not in the form of a recovery key/);
    assert.match(gone ?? "", /the key "gone"/);
    assert.match(moved ?? "", /./);
    assert.doesNotMatch(JSON.stringify({ opened, faults }), /ABCD-EF12|not a key"|271828|AAAAAA/);
  }));
