import assert from "node:assert/strict";
import { follower, idOf, makeBlueprint, makeProfile, profileSource, rest, settle } from "../support/artifacts.ts";
import { withFleet } from "../support/fleet.ts";

Deno.test("a dry run changes nothing, and is refused where there is none", () =>
  withFleet(async (fleet) => {
    const { sql } = fleet.runtime;
    const blueprint = await makeBlueprint(fleet);
    const { artifact, version } = await makeProfile(fleet);
    const device = await follower(fleet, blueprint.id, artifact.id);
    await settle(fleet);
    await rest(device);
    const id = await idOf(fleet, device.serialNumber);
    const everything = async () => {
      const tables = await sql`
        select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace order by 1`;
      return await Promise.all(tables.map(async ({ relname }) =>
        (await sql`select ${relname as string} as name, md5(string_agg(t::text, '' order by t::text)) as digest
          from ${sql(relname)} t`)[0]
      ));
    };
    const before = await everything();
    const dry = async (method: string, path: string, body?: unknown) =>
      (await fleet.api(method, `${path}?dry_run=true`, body)).status;
    const source = profileSource("com.example.dry", "dry");
    assert.equal(
      await dry("POST", "/api/mdm/profiles/", { artifact: artifact.id, version: 2, source, macos: true }),
      200,
    );
    assert.equal(await dry("PUT", `/api/mdm/devices/${id}/blueprint/`, { blueprint: null }), 200);
    assert.equal(await dry("POST", `/api/mdm/artifact_versions/${version.id}/withdraw/`, {}), 200);
    assert.equal(await dry("POST", `/api/mdm/devices/${id}/artifacts/${artifact.id}/reinstall/`), 400);
    assert.equal(await dry("POST", `/api/mdm/devices/${id}/block/`), 400);
    assert.deepEqual(await everything(), before);
  }));
