import assert from "node:assert/strict";
import { MODELS } from "../../simulators/device/models.ts";
import { array, asDict, parsePlist, str } from "../../src/protocol/plist.ts";
import { idOf, made, rest } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";
import { personWith } from "../routes/admin/support.ts";

const PHONE = MODELS.find(({ platform }) => platform === "iOS");
assert.ok(PHONE);
const OLD = { ...PHONE, product: "iPhone10,6", osVersion: "16.7.11", build: "20H360", supervised: true };

Deno.test("a phone without declarations for updates is asked, told and asked again by command, and its answers are readable", () =>
  withFleet(async (fleet) => {
    const device = await fleet.enrolled({ model: OLD });
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const ada = await personWith(fleet.runtime, "superuser");
    const answerTo = async (path: string, body: unknown = {}) => {
      const { uuid } = await made(fleet, "POST", `/api/mdm/devices/${id}/${path}/`, body);
      await rest(device);
      const command = await made(fleet, "GET", `/api/mdm/devices/commands/${uuid}/`);
      assert.equal(command.status, "Acknowledged");
      const page = await ada.get(`/devices/${id}/commands/${uuid}/answer/`);
      assert.equal(page.status, 200);
      return { answer: asDict(parsePlist(Uint8Array.fromBase64(command.result))) ?? {}, text: page.text };
    };
    const { answer, text } = await answerTo("available_os_updates");
    const [update] = array(answer, "AvailableOSUpdates")?.map((one) => asDict(one) ?? {}) ?? [];
    const key = str(update ?? {}, "ProductKey");
    assert.equal(key, "iOSUpdate20H361");
    assert.match(text, /iOSUpdate20H361/);

    // From the page, as a person does it; a mistake keeps what was typed.
    const path = `/devices/${id}/schedule-os-update/`;
    const wrong = await ada.post(path, { action: "ScheduleOSUpdate", install_action: "InstallASAP" });
    assert.equal(wrong.status, 400);
    assert.match(wrong.text, /A product key or a version is required\./);
    assert.match(wrong.text, /value="InstallASAP" selected/);
    const sent = await ada.post(path, {
      action: "ScheduleOSUpdate",
      product_key: key ?? "",
      product_version: "",
      install_action: "InstallASAP",
    });
    assert.equal(sent.location, `/devices/${id}/?done=queued`);
    await rest(device);
    assert.equal(await device.passTime(), undefined);
    const status = await answerTo("os_update_status");
    assert.match(status.text, /IsDownloaded[\s\S]*true[\s\S]*Installing/);
    assert.equal(await device.passTime(), "16.7.12");
    const later = await answerTo("os_update_status");
    assert.deepEqual(array(later.answer, "OSUpdateStatus"), []);
    const odd = await answerTo("schedule_os_update", { product_version: "15.0", install_action: "DownloadOnly" });
    assert.match(odd.text, /The device does not find this update\./);
  }));

Deno.test("the commands are neither offered nor taken for devices that take declarations, or no longer know them", () =>
  withFleet(async (fleet) => {
    const ada = await personWith(fleet.runtime, "superuser");
    for (
      const [osVersion, why] of [["18.6", /it takes updates by declaration/], [
        "27.0",
        /was removed in iOS 27.0/,
      ]] as const
    ) {
      const device = await fleet.enrolled({ model: { ...OLD, osVersion } });
      await rest(device);
      const id = await idOf(fleet, device.serialNumber);
      const { text } = await ada.get(`/devices/${id}/`);
      assert.doesNotMatch(text, /os-update|Available updates/);
      const { status } = await fleet.api("POST", `/api/mdm/devices/${id}/available_os_updates/`, {});
      assert.equal(status, 400);
      const sent = await ada.post(`/devices/${id}/available-os-updates/`, { action: "AvailableOSUpdates" });
      assert.equal(sent.status, 400);
      assert.match(sent.text, why);
    }
  }));
