/**
 * The floors of src/: the permitted dependencies.
 *
 * @module
 */

import type { Floors } from "./import_graph.ts";

/**
 * The rooms of src/, from the top floor down. A room uses at run time the rooms of its row and the files of src/ itself that use
 * no room. Types may be imported from anywhere in src/.
 */
export const FLOORS: Floors = {
  cli: ["filevault", "access", "push", "events", "secrets", "files", "apple_schema", "runtime.ts", "pki"],
  conversation: [
    "planner",
    "apps",
    "declarations",
    "blueprints",
    "enrollment",
    "downloads",
    "devices",
    "recovery",
    "commands",
    "identity",
    "variables",
    "filevault",
    "escrow",
    "events",
    "apple_schema",
    "protocol",
    "pki",
  ],
  // Automated Device Enrollment at Apple: servers, devices, profiles. The device's own side is enrollment's.
  ade: ["enrollment", "access", "escrow", "push", "apple", "events", "apple_schema", "protocol", "pki"],
  enrollment: ["updates", "issuing", "commands", "identity", "events", "protocol", "runtime.ts", "pki"],
  planner: [
    "apps",
    "updates",
    "filevault",
    "declarations",
    "blueprints",
    "downloads",
    "commands",
    "apple_schema",
    "protocol",
  ],
  declarations: ["blueprints", "downloads", "variables", "apple_schema", "protocol"],
  updates: ["blueprints", "apple", "events", "protocol", "pki"],
  // FileVault and recovery passwords: settings that blueprints have.
  filevault: ["blueprints", "downloads", "issuing", "escrow", "events", "protocol", "pki"],
  recovery: ["blueprints", "commands", "events"],
  blueprints: ["apps", "packages", "downloads", "files", "variables", "events", "apple_schema", "protocol", "pki"],
  // Apps & Books: locations, assets, the ledger of licences.
  apps: ["access", "apple", "events", "runtime.ts"],
  // Installer packages and apps as files: what they say of themselves.
  packages: ["files", "events", "protocol", "pki"],
  // docs/decisions/0001: files, downloads and variables know nothing of what is declared.
  downloads: ["issuing", "identity", "variables", "events", "protocol"],
  devices: ["access", "approvals", "commands", "tags", "variables", "escrow", "events"],
  escrow: ["approvals", "commands", "events"],
  approvals: ["access", "events"],
  access: ["commands", "events", "runtime.ts"],
  issuing: ["identity", "variables", "events", "runtime.ts", "pki"],
  commands: ["events", "apple_schema", "runtime.ts", "protocol"],
  identity: ["events", "pki"],
  tags: ["variables", "events"],
  push: ["events", "protocol", "pki"],
  variables: ["events", "protocol"],
  "job_actions.ts": ["events"],
  events: [],
  apple: [],
  files: [],
  secrets: [],
  apple_schema: ["protocol"],
  protocol: [],
  "runtime.ts": ["pki"],
  "credentials.ts": ["pki"],
  pki: [],
  std: [],
};
