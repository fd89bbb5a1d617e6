import assert from "node:assert/strict";
import fc from "fast-check";
import { type Connection, Connections } from "../../routes/connections.ts";
import { Counters } from "../../src/counters.ts";

/** Connections that remember whether they were closed. */
function house(limits: { perAddress: number; total: number }) {
  const counters = new Counters();
  const connections = new Connections({ ...limits, exempt: (address) => address === "127.0.0.1" }, counters);
  const open = (address: string) => {
    const socket = { destroyed: false, destroy: () => void (socket.destroyed = true) };
    const connection = connections.opened(socket, address);
    return connection === undefined ? undefined : { socket, connection };
  };
  return { counters, connections, open };
}

Deno.test("at the limit of an address the connection that has been idle longest is closed", () => {
  const { open, counters } = house({ perAddress: 3, total: 100 });
  const [first, second, third] = [open("192.0.2.1"), open("192.0.2.1"), open("192.0.2.1")];
  first?.connection.busy();
  first?.connection.idle();
  const other = open("192.0.2.2");
  assert.ok(open("192.0.2.1"));
  assert.deepEqual([first, second, third, other].map((one) => one?.socket.destroyed), [false, true, false, false]);
  assert.equal(counters.of("connections_evicted"), 1);
  assert.equal(counters.of("connections_refused"), 0);
});

Deno.test("a new connection is refused when all of its address are busy, and other addresses are still served", () => {
  const { open, counters } = house({ perAddress: 2, total: 100 });
  for (const one of [open("192.0.2.1"), open("192.0.2.1")]) one?.connection.busy();
  assert.equal(open("192.0.2.1"), undefined);
  assert.equal(open("::ffff:192.0.2.1"), undefined, "another way to write the same address");
  assert.ok(open("192.0.2.2"));
  assert.equal(counters.of("connections_refused"), 2);
});

Deno.test("an IPv6 client is its network, and exempt addresses count in all only", () => {
  const { open } = house({ perAddress: 1, total: 4 });
  open("2001:db8:0:1::1")?.connection.busy();
  assert.equal(open("2001:db8:0:1:ffff::2"), undefined);
  for (let n = 0; n < 3; n++) {
    const one = open("127.0.0.1");
    assert.ok(one);
    one.connection.busy();
  }
  assert.equal(open("127.0.0.1"), undefined);
});

Deno.test("whatever connections do, the counts are those of a plain list, and no limit is passed", () => {
  const step = fc.record({
    what: fc.constantFrom("open", "open", "busy", "idle", "close"),
    address: fc.constantFrom("192.0.2.1", "192.0.2.2", "127.0.0.1"),
    which: fc.nat(20),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 80 }), (steps) => {
    const limits = { perAddress: 3, total: 6 };
    const { connections, open } = house(limits);
    type One = { address: string; requests: number; socket: { destroyed: boolean }; connection: Connection };
    let list: One[] = [];
    for (const { what, address, which } of steps) {
      const one = list[which % Math.max(1, list.length)];
      if (what === "open") {
        const made = open(address);
        if (made !== undefined) list.push({ address, requests: 0, ...made });
      } else if (one !== undefined && what === "busy") {
        one.requests++;
        one.connection.busy();
      } else if (one !== undefined && what === "idle" && one.requests > 0) {
        one.requests--;
        one.connection.idle();
      } else if (one !== undefined && what === "close") {
        one.connection.closed();
        list = list.filter((other) => other !== one);
      }
      // Closed ones say so later, as sockets do.
      for (const gone of list.filter(({ socket }) => socket.destroyed)) {
        assert.equal(gone.requests, 0, "a connection at work is not closed");
        gone.connection.closed();
      }
      list = list.filter(({ socket }) => !socket.destroyed);
      assert.equal(connections.open, list.length);
      assert.ok(list.length <= limits.total);
      for (const address of ["192.0.2.1", "192.0.2.2"]) {
        assert.ok(list.filter((one) => one.address === address).length <= limits.perAddress);
      }
    }
  }));
});
