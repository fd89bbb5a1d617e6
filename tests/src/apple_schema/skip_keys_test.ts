import assert from "node:assert/strict";
import { isSkipKey, SKIP_KEYS } from "../../../src/apple_schema/skip_keys.ts";

const systemsOf = (key: string) => SKIP_KEYS.find((one) => one.key === key)?.systems;

Deno.test("a skip key has Apple's words, and the systems that have its pane", () => {
  assert.ok(SKIP_KEYS.length > 50);
  for (const { key, title, description, systems } of SKIP_KEYS) {
    assert.ok(title.length > 3 && description.length > 10 && systems !== "", key);
    assert.doesNotMatch(description, /\n|> |`|\]\(/, key);
  }
  assert.equal(systemsOf("DisplayTone"), "iOS from 9.3.2 until 15.0, macOS from 10.13.6 until 12.0");
  // A key that names no system has those of the whole list.
  assert.equal(systemsOf("AppleID"), "iOS from 7.0, macOS from 10.9, tvOS from 10.2, visionOS from 26.0");
  assert.equal(systemsOf("FileVault"), "macOS from 10.10");
});

Deno.test("skip keys are in the order of their names, and known exactly as Apple writes them", () => {
  const keys = SKIP_KEYS.map(({ key }) => key.toLowerCase());
  assert.deepEqual(keys, [...keys].sort());
  assert.ok(isSkipKey("iCloudStorage") && isSkipKey("TOS"));
  for (const key of ["icloudstorage", "", "constructor", "toString"]) assert.equal(isSkipKey(key), false, key);
});
