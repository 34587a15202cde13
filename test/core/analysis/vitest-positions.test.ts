/** What V8 reports for code that this runner transformed, against what its inline source map says: no map by hand. */
import { Session } from "node:inspector";
import { expect, test } from "vitest";
import { toSourceFrame } from "../../../core/src/analysis/frames.js";
import { pathOfUrl } from "../../../core/src/analysis/source-path.js";
import { vitestSourceMap } from "../../../plugin-vitest/src/source-maps.js";
import { context, frame } from "./recordings.js";

interface Place {
  readonly url: string;
  readonly line: number;
  readonly column: number;
  readonly functionName: string;
}

/** Type annotations, so that the transformed code differs from this file. */
interface Padding<T extends string> {
  readonly first: T;
  readonly second: T;
}

function whereAmI(_padding?: Padding<"a">): Place {
  const original = Error.prepareStackTrace;
  try {
    Error.prepareStackTrace = (_error, sites) => sites;
    const caller = (new Error().stack as unknown as NodeJS.CallSite[])[1];
    return {
      url: caller?.getScriptNameOrSourceURL() ?? "",
      line: caller?.getLineNumber() ?? 0,
      column: caller?.getColumnNumber() ?? 0,
      functionName: caller?.getFunctionName() ?? "",
    };
  } finally {
    Error.prepareStackTrace = original;
  }
}

/** By path: the inspector turns a script's path into a URL. */
function sourceMapUrls(): Map<string, string> {
  const urls = new Map<string, string>();
  const session = new Session();
  session.connect();
  session.on("Debugger.scriptParsed", ({ params }) => urls.set(pathOfUrl(params.url), params.sourceMapURL ?? ""));
  session.post("Debugger.enable");
  session.disconnect();
  return urls;
}

test("a position in a transformed TypeScript file is found where it was written", () => {
  function allocatingFunction(padding: Padding<"a">): Place {
    return whereAmI(padding); // LINE 51, column 12
  }
  const place = allocatingFunction({ first: "a", second: "a" });
  const script = pathOfUrl(place.url);
  const url = sourceMapUrls().get(script) ?? "";
  expect(place.functionName).toBe("allocatingFunction");
  // From Vitest 5.1.1 on the map is in the worker's state.
  if (url === "") expect(vitestSourceMap(script)).toContain('"mappings"');
  else expect(url).toMatch(/^data:application\/json/u);
  const found = toSourceFrame(
    frame(place.functionName, place.url, place.line, place.column, { scriptId: 1 }),
    context({ sourceMapUrl: () => url, runnerMap: vitestSourceMap }),
  );
  expect(found).toMatchObject({
    functionName: "allocatingFunction",
    file: import.meta.filename,
    line: 51,
    column: 12,
    owner: "user",
  });
});
