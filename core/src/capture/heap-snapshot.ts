import { getHeapSnapshot } from "node:v8";
import { MemspecError } from "../errors/memspec-error.js";

/** What is read of V8's heap snapshot format. */
interface Snapshot {
  readonly snapshot: {
    readonly meta: { readonly node_fields: readonly string[]; readonly node_types: readonly [readonly string[]] };
  };
  readonly nodes: readonly number[];
  readonly strings: readonly string[];
}

/** Kinds of nodes that are no objects of the JavaScript heap: their ids follow no order. */
const FOREIGN_KINDS: readonly string[] = ["native", "synthetic"];

/** The highest object id so far: V8 gives them in rising order, so objects made later have higher ones. */
export function highestObjectId(): number {
  let highest = 0;
  forEachNode((kind, id) => {
    if (!FOREIGN_KINDS.includes(kind) && id > highest) highest = id;
  });
  return highest;
}

/**
 * Live objects per constructor name whose id is above `afterId`. Takes a heap snapshot, and so a full collection.
 *
 * @param names V8's constructor names
 */
export function countInstances(names: readonly string[], afterId: number): readonly number[] {
  const counts = new Map(names.map((name) => [name, 0]));
  forEachNode((kind, id, name) => {
    const count = kind === "object" && id > afterId ? counts.get(name) : undefined;
    if (count !== undefined) counts.set(name, count + 1);
  });
  return names.map((name) => counts.get(name) ?? 0);
}

function forEachNode(visit: (kind: string, id: number, name: string) => void): void {
  const { snapshot, nodes, strings } = takeSnapshot();
  const fields = snapshot.meta.node_fields;
  const kinds = snapshot.meta.node_types[0];
  const [kindAt, nameAt, idAt] = [fields.indexOf("type"), fields.indexOf("name"), fields.indexOf("id")];
  for (let node = 0; node < nodes.length; node += fields.length) {
    visit(kinds[nodes[node + kindAt] ?? -1] ?? "", nodes[node + idAt] ?? 0, strings[nodes[node + nameAt] ?? -1] ?? "");
  }
}

/** The stream has all its data at once: nothing is waited for. */
function takeSnapshot(): Snapshot {
  const stream = getHeapSnapshot();
  const chunks: Buffer[] = [];
  for (let chunk: unknown = stream.read(); chunk !== null; chunk = stream.read())
    chunks.push(Buffer.from(chunk as Buffer));
  stream.destroy();
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8")) as Snapshot;
  } catch (cause) {
    throw new MemspecError(
      "MEMSPEC_UNAVAILABLE",
      "The heap is too large to list its objects without the native tracker.",
      {
        cause,
      },
    );
  }
}
