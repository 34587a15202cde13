import { beforeEach, test } from "vitest";
import { findLeaks } from "../../core/src/leaks/find-leaks.js";
let kept: unknown[] = [];
class Session { a = [1,2,3]; }
function openSession() { kept.push(new Session()); }
beforeEach(() => { kept = []; });
test("x", async () => { const r = await findLeaks(openSession); console.log("RES", r.verdict, JSON.stringify(r.groups[0]?.path, null, 0)); }, 200000);
