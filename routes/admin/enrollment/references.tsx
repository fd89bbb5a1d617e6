/**
 * What an enrollment of any kind refers to: as fields of its form, and as facts of its page.
 *
 * @module
 */

import type { EnrollmentSecretRow } from "../../../db/enrollment/enrollment_secrets.ts";
import type { Permission } from "../../../src/access/actor.ts";
import { BUILT_IN_ISSUER } from "../../../src/issuing/scep_issuers.ts";
import { Fact, Select } from "../parts/components.tsx";
import type { FormState, PageContext } from "../parts/page.tsx";
import type { EnrollmentChoices } from "./form.tsx";

/** The part of an enrollment that the fields show. */
type Referring = { pushCertificateId: number; scepIssuerId: string; blueprintId: number | null };

/** The push certificate, the business unit, the issuer of identities and the blueprint. */
export function EnrollmentReferences({ choices, row, secret, state }: {
  choices: EnrollmentChoices;
  row: Referring | undefined;
  secret: EnrollmentSecretRow | undefined;
  state: FormState | undefined;
}) {
  return (
    <>
      <Select
        name="push_certificate"
        label="Push certificate"
        options={choices.certificates}
        value={String(row?.pushCertificateId ?? "")}
        state={state}
      />
      <Select
        name="meta_business_unit"
        path="enrollment_secret.meta_business_unit"
        label="Business unit"
        options={choices.units}
        value={String(secret?.metaBusinessUnitId ?? "")}
        state={state}
      />
      <Select
        name="scep_issuer"
        label="Identities issued by"
        options={choices.issuers}
        value={row?.scepIssuerId ?? BUILT_IN_ISSUER}
        state={state}
      />
      <Select
        name="blueprint"
        label="Blueprint"
        options={[["", "None"], ...choices.blueprints]}
        value={String(row?.blueprintId ?? "")}
        state={state}
      />
    </>
  );
}

type Named = readonly (readonly [string, string])[];

/** Returns the name of a choice; "" if there is none. */
export const nameOf = (choices: Named, id: string | number | null): string =>
  choices.find(([key]) => key === String(id))?.[1] ?? "";

/** A link to what an enrollment refers to, for persons who may follow it. */
export function Reference(
  { context, href, name, needs }: { context: PageContext; href: string; name: string; needs: Permission },
) {
  if (name === "") return <>none</>;
  return context.may(needs) ? <a href={href}>{name}</a> : <>{name}</>;
}

/** The same as facts of its page, with the tags of its devices. */
export function ReferenceFacts({ context, choices, row, secret }: {
  context: PageContext;
  choices: EnrollmentChoices;
  row: Referring & { topic: string | null };
  secret: EnrollmentSecretRow;
}) {
  const tags = secret.tags.map((id) => nameOf(choices.tags, id));
  return (
    <>
      <Fact name="Push certificate">
        <Reference
          context={context}
          href={`/push-certificates/${row.pushCertificateId}/`}
          name={nameOf(choices.certificates, row.pushCertificateId)}
          needs="mdm.view_pushcertificate"
        />
      </Fact>
      <Fact name="Push topic">
        <code>{row.topic ?? "none yet"}</code>
      </Fact>
      <Fact name="Identities issued by">
        <Reference
          context={context}
          href={`/scep-issuers/${row.scepIssuerId}/`}
          name={nameOf(choices.issuers, row.scepIssuerId)}
          needs="mdm.view_scepissuer"
        />
      </Fact>
      <Fact name="Business unit">{nameOf(choices.units, secret.metaBusinessUnitId)}</Fact>
      <Fact name="Blueprint">
        <Reference
          context={context}
          href={`/blueprints/${row.blueprintId}/`}
          name={nameOf(choices.blueprints, row.blueprintId)}
          needs="mdm.view_blueprint"
        />
      </Fact>
      <Fact name="Tags">{tags.length === 0 ? "none" : tags.join(", ")}</Fact>
    </>
  );
}
