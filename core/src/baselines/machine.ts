/** Figures are those of a kind of machine: V8's object sizes and habits differ by platform, processor and main version. */

/** @returns "linux-x64-node20" */
export function machineKey({
  platform,
  arch,
  versions,
}: Pick<NodeJS.Process, "platform" | "arch"> & {
  readonly versions: { readonly node: string };
} = process): string {
  return `${platform}-${arch}-node${versions.node.split(".")[0] ?? ""}`;
}
