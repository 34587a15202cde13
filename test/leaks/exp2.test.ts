import { test } from "vitest";
import { wrongEvidence } from "./corpus/judge.js";
import { findLeaks } from "../../core/src/leaks/find-leaks.js";
import { corpus, isAbout } from "./corpus/index.js";

const REP = Number(process.env.REP ?? 1);
const only = process.env.ONLY?.split(",");
const major = Number(process.versions.node.split(".")[0]);
let wrong = 0,
  all = 0;
for (const [file, cases] of Object.entries(corpus)) {
  if (only && !only.includes(file)) continue;
  test(file, async () => {
    for (const c of cases) {
      if (!isAbout(c, major)) continue;
      if (process.env.CASE && !c.name.includes(process.env.CASE)) continue;
      const out: string[] = [];
      for (let r = 0; r < REP; r++) {
        const trial = c.make();
        all++;
        try {
          const rep = await findLeaks(trial.fn, {
            ...(trial.setup ? { setup: trial.setup } : {}),
            ...(trial.teardown ? { teardown: trial.teardown } : {}),
          });
          const want = c.leaks ? "leak" : "clean";
          if (c.leaks && rep.verdict === "leak") { const w = wrongEvidence(c, rep); if (w.length) console.log("EVID", c.name, JSON.stringify(w), JSON.stringify(rep.groups.map((g) => [g.space, g.type, g.countPerCall, g.bytesPerCall, g.site?.stack.slice(0, 3).map((f) => f.functionName + ":" + f.line + f.owner), g.path?.steps.map((s) => s.edge + " " + s.name + " " + s.type).join(" > ")])).slice(0, 900)); }
          const ok = rep.verdict === want || (c.latePlateau && rep.verdict === "inconclusive");
          if (!ok) wrong++;
          out.push(
            `${ok ? "ok" : "WRONG " + rep.verdict}:${rep.durationMs.toFixed(0)}ms/${rep.calls.total}` +
              (!ok || process.env.V
                ? ` ${rep.batchCalls} ${rep.reason} ${process.env.V ? JSON.stringify(rep.groups.map((g) => ({ ...g, site: g.site?.stack.slice(0, 3).map((f) => f.functionName + ":" + f.line), holds: g.holds.map((h) => h.type + " " + h.bytes).join(","), path: g.path?.root + ": " + g.path?.steps.map((s) => s.edge + " " + s.name + " " + s.type).join(" > ") }))) : ""}`
                : ""),
          );
        } catch (e) {
          wrong++;
          out.push("ERROR " + (e as Error).stack?.slice(0, 300));
        }
        await trial.dispose();
      }
      console.log("CASE", c.leaks ? "leak " : "clean", file, "/", c.name, ":", out.join(" "));
    }
    console.log("CASE total", all, "wrong", wrong);
  }, 600_000);
}
