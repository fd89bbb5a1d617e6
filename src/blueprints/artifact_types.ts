/**
 * The types of artifacts: what each is, as data. Whatever treats one type unlike another looks here.
 *
 * @module
 */

/** What is true of a type. */
export type ArtifactTypeFacts = {
  /** The part of an artifact's identifier that tells types apart. */
  path: "legacy-profile" | "cert-asset" | "data-asset" | "declaration" | "provisioning-profile";
  /** Where declarations of it stand in a device's list; null: it is never one. */
  section: "Activations" | "Assets" | "Configurations" | null;
  /** What the type of its declaration starts with; null: the declaration is ours, not uploaded. */
  declarationPrefix: string | null;
  /** Whether a blueprint may name it. What may not is pulled in by what names it. */
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

/** Whether a command takes artifacts away. */
export const removesArtifacts = (command: string): boolean =>
  ARTIFACT_TYPES.some((type) => artifactType(type).remove === command);

/** Whether versions of a type are uploaded declarations. */
export const isRawDeclaration = (type: ArtifactType): boolean => TABLE[type].declarationPrefix !== null;
