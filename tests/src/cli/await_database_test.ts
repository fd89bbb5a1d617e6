import assert from "node:assert/strict";
import net from "node:net";
import { openDatabase } from "../../../db/open.ts";
import { awaitDatabase, DatabaseMissing } from "../../../src/cli/await_database.ts";
import { createLogger } from "../../../src/log.ts";
import { withDatabase } from "../../support/database.ts";

const logOf = (lines: string[]) => createLogger("debug", () => new Date(0), (line) => lines.push(line));

Deno.test("a database that starts later is waited for, and the log reports it once", () =>
  withDatabase(async (_sql, url) => {
    const target = new URL(url);
    const late = new URL(url);
    late.hostname = "127.0.0.1";
    const sockets = new Set<net.Socket>();
    const proxy = net.createServer((near) => {
      const far = net.connect(Number(target.port), target.hostname);
      for (const socket of [near, far]) {
        sockets.add(socket);
        socket.on("error", () => {});
      }
      near.pipe(far);
      far.pipe(near);
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const address = proxy.address();
    assert.ok(address !== null && typeof address === "object");
    await new Promise<void>((resolve) => proxy.close(() => resolve()));
    late.port = String(address.port);
    const sql = openDatabase(late.href, { max: 1 });
    const lines: string[] = [];
    try {
      const waiting = awaitDatabase(sql, logOf(lines), { waitMs: 30_000, pauseMs: 10 });
      while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
      await new Promise<void>((resolve) => proxy.listen(address.port, "127.0.0.1", resolve));
      await waiting;
      assert.equal(lines.length, 1);
      assert.match(lines[0] ?? "", /does not answer yet/);
    } finally {
      await sql.end({ timeout: 1 });
      for (const socket of sockets) socket.destroy();
      await new Promise<void>((resolve) => proxy.close(() => resolve()));
    }
  }));

Deno.test("a database that is unreachable or refuses gives an error of one sentence", () =>
  withDatabase(async (_sql, url) => {
    const nowhere = new URL(url);
    nowhere.port = "1";
    const wrong = new URL(url);
    wrong.pathname = "/no_such_database";
    for (
      const [address, sentence] of [[nowhere, /did not answer for 0.05 seconds/], [wrong, /no_such_database/]] as const
    ) {
      const sql = openDatabase(address.href, { max: 1 });
      await assert.rejects(
        awaitDatabase(sql, logOf([]), { waitMs: 50, pauseMs: 5 }),
        (error) => error instanceof DatabaseMissing && sentence.test(error.message) && !error.message.includes("\n"),
      );
      await sql.end({ timeout: 1 });
    }
  }));
