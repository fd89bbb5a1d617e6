/**
 * The escrowed secrets of a device: what there is and why it changed. A value is shown only by a reveal of its own.
 *
 * @module
 */

import type { Hono } from "hono";
import { type DeviceView, findDevice } from "../../../db/devices/device_views.ts";
import { type EscrowedRow, listEscrowed } from "../../../db/devices/escrowed_secrets.ts";
import { approvalSettings, reasonWanted } from "../../../src/approvals/settings.ts";
import { problem } from "../../../src/errors.ts";
import { ESCROW_KINDS, isLiveKind, LIVE_KINDS, type LiveKind } from "../../../src/escrow/kinds.ts";
import { reasonWords } from "../../../src/escrow/reasons.ts";
import { revealEscrowed } from "../../../src/escrow/reveal.ts";
import type { AppEnv } from "../../context.ts";
import { Chip, Csrf, Reason, type ReasonWanted, Table, Time } from "../parts/components.tsx";
import { underDevice } from "../parts/crumbs.ts";
import { action, type PageContext } from "../parts/page.tsx";

/** The field of a form that names one secret of the history; absent for the current one. */
const WHICH = "secret";

function Reveal({ device, kind, id, context, reason }: {
  device: Pick<DeviceView, "id">;
  kind: LiveKind;
  id?: number;
  context: PageContext;
  reason: ReasonWanted;
}) {
  const { path, permission } = ESCROW_KINDS[kind];
  if (!context.may(permission)) return null;
  return (
    <form method="post" action={`/devices/${device.id}/${path}/`}>
      <Csrf context={context} />
      {id === undefined ? null : <input type="hidden" name={WHICH} value={String(id)} />}
      <Reason wanted={reason} />
      <button type="submit" class="quiet">Show</button>
    </form>
  );
}

function State({ row }: { row: EscrowedRow }) {
  if (row.endedAt !== null) return <Chip>Previous</Chip>;
  return row.proven ? <Chip tone="good">Current</Chip> : <Chip tone="warn">Not verified</Chip>;
}

/** The secrets of a device, the latest first; null if it never had any. */
export async function Secrets({ device, context }: { device: DeviceView; context: PageContext }) {
  const { sql, clock } = context.runtime;
  const rows = (await listEscrowed(sql, device.id))
    .filter(({ kind }) => !isLiveKind(kind) || context.may(ESCROW_KINDS[kind].permission));
  if (rows.length === 0) return null;
  const now = clock.now();
  const reason = reasonWanted(await approvalSettings(sql), "reveals");
  return (
    <>
      <h2 id="secrets">Escrowed secrets</h2>
      <Table
        stacked
        caption="Escrowed secrets"
        head={["Secret", "State", "Stored", "Replaced or ended", "Reason", ""]}
        empty="None."
        rows={rows.map((row) => (
          <tr>
            <td>{isLiveKind(row.kind) ? ESCROW_KINDS[row.kind].title : KEPT[row.kind]}</td>
            <td>
              <State row={row} />
            </td>
            <td data-label="Stored">
              <Time at={row.createdAt} now={now} />
            </td>
            <td data-label="Ended">{row.endedAt === null ? "" : <Time at={row.endedAt} now={now} />}</td>
            <td class="words" data-label="Reason">{reasonWords(row.reason)}</td>
            <td>
              {!isLiveKind(row.kind)
                ? null
                : row.endedAt === null && row.proven
                ? <Reveal device={device} kind={row.kind} context={context} reason={reason} />
                : <Reveal device={device} kind={row.kind} id={row.id} context={context} reason={reason} />}
            </td>
          </tr>
        ))}
      />
    </>
  );
}

/** The kinds that nobody is shown. */
const KEPT = {
  bootstrap_token: "Bootstrap token",
  unlock_token: "Unlock token",
  filevault_prk_unread: "FileVault recovery key that does not open",
} as const;

const LOCAL_ID = /^[0-9]{1,15}$/;

/** Mounts the actions that reveal secrets. */
export function mountSecrets(app: Hono<AppEnv>): void {
  for (const kind of LIVE_KINDS) {
    const { path, permission, title, noun } = ESCROW_KINDS[kind];
    action(app, `/devices/:id/${path}/`, permission, async (context, form) => {
      const device = await findDevice(context.runtime.sql, context.deviceId());
      if (device === undefined) throw problem("not-found");
      const { id, serialNumber, name } = device;
      const which = form.text(WHICH);
      if (which !== "" && !LOCAL_ID.test(which)) throw problem("not-found");
      const owner = { deviceId: id, serialNumber };
      const asked = which === "" ? {} : { id: Number(which) };
      const revealed = await revealEscrowed(context.runtime, context.by, owner, kind, asked);
      const now = context.runtime.clock.now();
      return {
        title: `${title} of ${name || serialNumber}`,
        parents: underDevice({ id, name, serialNumber }),
        body: (
          <>
            {revealed === null
              ? <p>{`The ${noun} is no longer stored.`}</p>
              : <p class="secret" id={path === "lock-pin" ? "pin" : path}>{revealed.secret}</p>}
            {revealed !== null && revealed.endedAt !== null
              ? (
                <p>
                  {`This is a previous ${noun}. It was replaced or ended `}
                  <Time at={revealed.endedAt} now={now} />.
                </p>
              )
              : null}
            {revealed === null || revealed.replacedAt === null ? null : (
              <p>
                {`The device replaces the ${noun} `}
                <Time at={revealed.replacedAt} now={now} />.
              </p>
            )}
            {revealed === null ? null : <p>{`Your viewing of the ${noun} was recorded as an event.`}</p>}
          </>
        ),
      };
    });
  }
}
