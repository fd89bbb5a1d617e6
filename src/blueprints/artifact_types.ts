/**
 * The types of artifacts: their properties, as data. All code that distinguishes types uses this table.
 *
 * @module
 */

/** What is true of a type. */
export type ArtifactTypeFacts = {
  /** The part of an artifact's identifier that names its type. */
  path: "legacy-profile" | "cert-asset" | "data-asset" | "declaration" | "provisioning-profile";
  /** The section of a device's list that its declarations are in; null: it is never a declaration. */
  section: "Activations" | "Assets" | "Configurations" | null;
  /** The prefix of its declaration's type; null: the server creates the declaration, it is not uploaded. */
  declarationPrefix: string | null;
  /** Whether a blueprint may name it. Other types are pulled in by the artifacts that name them. */
  linkable: boolean;
  /** The commands that install and remove it, where there are any. */
  install: "InstallProfile" | "InstallProvisioningProfile" | null;
  remove: "RemoveProfile" | "RemoveProvisioningProfile" | null;
  /** Whether the blueprint's activation turns it on; others are turned on by an activation that names them. */
  activated: boolean;
  /** Whether its versions may name variables. */
  variables: boolean;
};

const TABLE = {
  "Activation": {
    path: "declaration",
    section: "Activations",
    declarationPrefix: "com.apple.activation.",
    linkable: true,
    install: null,
    remove: null,
    activated: false,
    variables: true,
  },
  "Asset": {
    path: "declaration",
    section: "Assets",
    declarationPrefix: "com.apple.asset.",
    linkable: false,
    install: null,
    remove: null,
    activated: false,
    variables: true,
  },
  "Certificate Asset": {
    path: "cert-asset",
    section: "Assets",
    declarationPrefix: null,
    linkable: false,
    install: null,
    remove: null,
    activated: false,
    variables: true,
  },
  "Configuration": {
    path: "declaration",
    section: "Configurations",
    declarationPrefix: "com.apple.configuration.",
    linkable: true,
    install: null,
    remove: null,
    activated: true,
    variables: true,
  },
  "Configuration (manual)": {
    path: "declaration",
    section: "Configurations",
    declarationPrefix: "com.apple.configuration.",
    linkable: false,
    install: null,
    remove: null,
    activated: false,
    variables: true,
  },
  "Data Asset": {
    path: "data-asset",
    section: "Assets",
    declarationPrefix: null,
    linkable: false,
    install: null,
    remove: null,
    activated: false,
    variables: false,
  },
  "Profile": {
    path: "legacy-profile",
    section: "Configurations",
    declarationPrefix: null,
    linkable: true,
    install: "InstallProfile",
    remove: "RemoveProfile",
    activated: true,
    variables: true,
  },
  "Provisioning Profile": {
    path: "provisioning-profile",
    section: null,
    declarationPrefix: null,
    linkable: true,
    install: "InstallProvisioningProfile",
    remove: "RemoveProvisioningProfile",
    activated: false,
    variables: false,
  },
} as const satisfies Record<string, ArtifactTypeFacts>;

/** A type of artifact. */
export type ArtifactType = keyof typeof TABLE;

/** Every type, by name. */
export const ARTIFACT_TYPES = Object.keys(TABLE) as [ArtifactType, ...ArtifactType[]];

/** What is true of a type. */
export const artifactType = (type: ArtifactType): ArtifactTypeFacts => TABLE[type];

/** Whether a type reaches devices by declaration alone. */
export const isDeclarationOnly = (type: ArtifactType): boolean =>
  TABLE[type].section !== null && TABLE[type].install === null;

/** Whether a command removes artifacts. */
export const removesArtifacts = (command: string): boolean =>
  ARTIFACT_TYPES.some((type) => artifactType(type).remove === command);

/** Whether versions of a type are uploaded declarations. */
export const isRawDeclaration = (type: ArtifactType): boolean => TABLE[type].declarationPrefix !== null;
