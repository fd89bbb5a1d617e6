import assert from "node:assert/strict";
import { commandSchema } from "../../routes/api/device_commands.ts";
import { deviceSchema } from "../../routes/api/devices.ts";
import {
  ANSWER_WORDS,
  APPROVAL_WORDS,
  BLOCKED,
  choicesOf,
  CLAIM_WORDS,
  COMMAND_WORDS,
  commandWord,
  DECISION_WORDS,
  DEVICE_WORDS,
  inSentence,
  INSTALL_WORDS,
  installWord,
  JOB_WORDS,
  meaningsOf,
  PROFILE_STATUS_WORDS,
  ROLLOUT_WORDS,
  TOKEN_WORDS,
} from "../../routes/state_words.ts";

const TABLES = {
  COMMAND_WORDS,
  INSTALL_WORDS,
  ROLLOUT_WORDS,
  CLAIM_WORDS,
  APPROVAL_WORDS,
  DEVICE_WORDS,
  JOB_WORDS,
  DECISION_WORDS,
  TOKEN_WORDS,
  PROFILE_STATUS_WORDS,
};

Deno.test("no two states of a thing share a word, and each word starts with a capital letter", () => {
  for (const [name, words] of Object.entries(TABLES)) {
    const texts = choicesOf(words).map(([, text]) => text);
    assert.equal(new Set(texts).size, texts.length, name);
    for (const text of texts) assert.match(text, /^[A-Z][a-z ]+$/, name);
  }
  assert.ok(!choicesOf(DEVICE_WORDS).some(([, text]) => text === BLOCKED.text));
});

Deno.test("a version on a device is verified, or not active, where more is known than its status", () => {
  const row = { verifiedAt: null, extraInfo: {}, via: "command" } as const;
  assert.equal(installWord({ ...row, status: "Acknowledged" }).text, "Acknowledged");
  assert.equal(installWord({ ...row, status: "Acknowledged", verifiedAt: new Date() }).text, "Verified");
  assert.equal(installWord({ ...row, status: "Uninstalled" }).text, "Not installed");
  assert.equal(installWord({ ...row, status: "Uninstalled", via: "declaration" }).text, "Not active");
});

Deno.test("the API describes states by the same words, and knows Apple's statuses by the same table", () => {
  assert.equal(deviceSchema.shape.state.description, meaningsOf(DEVICE_WORDS));
  assert.match(meaningsOf(DEVICE_WORDS), /^silent: The device has not checked in for a week\. released: /);
  const states = commandSchema.shape.state.options.map((state) =>
    state.replace(/_[a-z]/g, ([, letter = ""]) => letter.toUpperCase())
  );
  assert.deepEqual(states, Object.keys(COMMAND_WORDS));
  assert.deepEqual([...ANSWER_WORDS.keys()], ["NotNow", "Acknowledged", "Error", "CommandFormatError"]);
  assert.deepEqual(commandWord("constructor"), { text: "constructor" });
  assert.equal(inSentence(INSTALL_WORDS.ForceReinstall), "to be reinstalled");
});
