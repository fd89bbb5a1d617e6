import assert from "node:assert/strict";
import { PASSWORD_COST } from "../../../src/access/passwords.ts";
import { openRuntime } from "../../../src/cli/open.ts";
import { withDatabase } from "../../support/database.ts";

Deno.test("a server's passwords are hashed at the recommended cost", () =>
  withDatabase(async (_sql, url) => {
    const { runtime, close } = await openRuntime({
      DATABASE_URL: url,
      SECRET_KEYS: "test:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
      LOG_LEVEL: "error",
    });
    try {
      assert.equal(runtime.passwordCost, PASSWORD_COST);
    } finally {
      await close();
    }
  }));
